// What rows of all kinds are made of. For the codecs in this folder.

#ifndef REALMSHIFT_COORDINATOR_STORE_ROW_FIELDS_H_
#define REALMSHIFT_COORDINATOR_STORE_ROW_FIELDS_H_

#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace realm::coordinator {

inline constexpr int64_t kPast = std::numeric_limits<int64_t>::min();
inline constexpr int64_t kFuture = std::numeric_limits<int64_t>::max();

inline int64_t ToMicros(absl::Time time) {
  if (time == absl::InfinitePast()) return kPast;
  if (time == absl::InfiniteFuture()) return kFuture;
  return absl::ToUnixMicros(time);
}

inline absl::Time ToTime(int64_t micros) {
  if (micros == kPast) return absl::InfinitePast();
  if (micros == kFuture) return absl::InfiniteFuture();
  return absl::FromUnixMicros(micros);
}

inline int64_t ToMicros(absl::Duration duration) {
  return absl::ToInt64Microseconds(duration);
}

inline std::string Str(absl::string_view text) {
  return std::string(text);
}

inline absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("row does not decode: ", what));
}

// The enumerator numbered `number`, if it is between the first and last of E.
template <typename E>
absl::StatusOr<E> ToEnum(uint32_t number, E first, E last, absl::string_view what) {
  if (number < static_cast<uint32_t>(first) || number > static_cast<uint32_t>(last)) {
    return Damaged(absl::StrCat(what, " ", number, " is not known to this build"));
  }
  return static_cast<E>(number);
}

template <typename RowProto>
absl::Status Parse(absl::string_view bytes, RowProto* out) {
  if (!out->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Damaged("malformed bytes");
  }
  return absl::OkStatus();
}

// A message of this thread without content, which keeps the memory of those before: the engine
// encodes some thousand rows a second, and decodes all there are at its start, all alike. Valid
// until the next call.
template <typename RowProto>
RowProto& Emptied() {
  thread_local RowProto row;
  row.Clear();
  return row;
}

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_ROW_FIELDS_H_
