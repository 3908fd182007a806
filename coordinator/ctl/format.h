// Numbers, sizes and times as people read them. JSON output has its own rules and does not come
// here.

#ifndef REALMSHIFT_COORDINATOR_CTL_FORMAT_H_
#define REALMSHIFT_COORDINATOR_CTL_FORMAT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace realm::ctl {

// "12,000".
std::string FormatCount(int64_t count);

// "48.0 MiB", "512 B".
std::string FormatBytes(int64_t bytes);

// Jobs a second: "0.7/s", "120/s"; "0.0/s" for none.
std::string FormatRate(double per_second);

// A length of time in its two largest units: "4s", "2m 10s", "11m 02s", "1h 30m", "12d".
std::string FormatSpan(absl::Duration span);

// What a person waited for: "0.8 s", "12.3 s", then as FormatSpan.
std::string FormatElapsed(absl::Duration span);

// How times are written: what is read at a terminal says how long ago, what is read by a program
// says when.
struct TimeStyle {
  absl::Time now;
  bool relative = false;
};

// "2m 10s ago", "in 14d", or "2030-01-01T00:00:00Z"; "-" for InfinitePast, which stands for none.
std::string FormatTime(absl::Time time, const TimeStyle& style);

// "1 record", "2 records"; `plural` when adding an s is not enough.
std::string Plural(int64_t count, absl::string_view singular, absl::string_view plural = "");

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_FORMAT_H_
