#include "common/config/duration.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "common/config/words.h"

namespace realm {
namespace {

constexpr absl::Duration kDurationMax = absl::Hours(24 * 36525);

}  // namespace

absl::StatusOr<absl::Duration> ParseConfigDuration(absl::string_view text) {
  const auto refused = [text](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("is ", Quoted(text), "; ", why));
  };
  int64_t number = 0;
  if (absl::SimpleAtoi(text, &number)) {
    return refused(absl::StrCat("write the unit too: \"", number, "s\" or \"", number, "m\""));
  }
  // absl::ParseDuration also reads "inf" and signs.
  const bool is_plain = !text.empty() && absl::ascii_isdigit(static_cast<unsigned char>(text[0]));
  absl::Duration duration;
  if (!is_plain || !absl::ParseDuration(text, &duration)) {
    return refused("write a duration, \"90m\", \"1h30m\", \"24h\", \"500ms\" or \"0s\"");
  }
  if (duration > kDurationMax) return refused("write one of at most a hundred years");
  return duration;
}

std::string FormatConfigDuration(absl::Duration duration) {
  return duration == absl::ZeroDuration() ? "0s" : absl::FormatDuration(duration);
}

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

void ToProto(absl::Duration duration, google::protobuf::Duration& proto) {
  absl::Duration rest;
  proto.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &rest));
  proto.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
}

}  // namespace realm
