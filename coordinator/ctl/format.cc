#include "coordinator/ctl/format.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace realm::ctl {

std::string FormatCount(int64_t count) {
  std::string digits = absl::StrCat(count);
  const int first = count < 0 ? 1 : 0;
  for (int at = static_cast<int>(digits.size()) - 3; at > first; at -= 3)
    digits.insert(digits.begin() + at, ',');
  return digits;
}

std::string FormatBytes(int64_t bytes) {
  constexpr absl::string_view kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return absl::StrCat(bytes, " B");
  double amount = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  // 1023.95 would be printed as 1024.0.
  for (; amount >= 1023.95 && unit + 1 < std::size(kUnits); ++unit)
    amount /= 1024;
  return absl::StrFormat("%.1f %s", amount, kUnits[unit]);
}

std::string FormatRate(double per_second) {
  if (per_second < 99.95) return absl::StrFormat("%.1f/s", per_second);
  return absl::StrFormat("%.0f/s", per_second);
}

std::string FormatSpan(absl::Duration span) {
  const int64_t seconds = std::max<int64_t>(0, absl::ToInt64Seconds(span));
  const int64_t minutes = seconds / 60;
  const int64_t hours = minutes / 60;
  if (minutes == 0) return absl::StrCat(seconds, "s");
  if (hours == 0) return absl::StrFormat("%dm %02ds", minutes, seconds % 60);
  if (hours < 24) return absl::StrFormat("%dh %02dm", hours, minutes % 60);
  if (hours < 240) return absl::StrFormat("%dd %02dh", hours / 24, hours % 24);
  return absl::StrCat(hours / 24, "d");
}

std::string FormatElapsed(absl::Duration span) {
  if (span >= absl::Minutes(1)) return FormatSpan(span);
  return absl::StrFormat("%.1f s", absl::ToDoubleSeconds(span));
}

std::string FormatTime(absl::Time time, const TimeStyle& style) {
  if (time == absl::InfinitePast()) return "-";
  if (!style.relative) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
  }
  if (time > style.now) return absl::StrCat("in ", FormatSpan(time - style.now));
  return absl::StrCat(FormatSpan(style.now - time), " ago");
}

std::string Plural(int64_t count, absl::string_view singular, absl::string_view plural) {
  if (count == 1) return absl::StrCat("1 ", singular);
  const std::string many = plural.empty() ? absl::StrCat(singular, "s") : std::string(plural);
  return absl::StrCat(FormatCount(count), " ", many);
}

}  // namespace realm::ctl
