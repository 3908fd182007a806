// Conversions between the string views in use.
//
// Debian's Abseil does not alias absl::string_view to std::string_view, and neither converts to the
// other. The project's APIs take absl::string_view; these are for the edges where a library wants
// the standard one: `rocksdb::Slice(ToStd(key))`.

#ifndef REALMSHIFT_COMMON_STRINGS_H_
#define REALMSHIFT_COMMON_STRINGS_H_

#include <string>
#include <string_view>

#include "absl/strings/string_view.h"

namespace realm {

// The same bytes, not copied; valid for as long as what `text` points at.
inline std::string_view ToStd(absl::string_view text) {
  return {text.data(), text.size()};
}

// The view of anything with data() and size(): std::string_view, rocksdb::Slice, grpc::string_ref.
template <typename Text>
absl::string_view ToView(const Text& text) {
  return absl::string_view(text.data(), text.size());
}

// A copy.
inline std::string ToStr(absl::string_view text) {
  return std::string(text);
}

}  // namespace realm

#endif  // REALMSHIFT_COMMON_STRINGS_H_
