// What the demos and `realmctl dev` take for granted. For their .cc files only.

#ifndef REALMSHIFT_COORDINATOR_CTL_DEMO_DEFAULTS_H_
#define REALMSHIFT_COORDINATOR_CTL_DEMO_DEFAULTS_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace realm::ctl::demo {

// Of the key that the platform signs with when it installs.
inline constexpr absl::string_view kKeyId = "demo-platform";
// Short, so that one sees soon what comes of a worker that was killed.
inline constexpr absl::Duration kLease = absl::Seconds(3);
inline constexpr absl::Duration kFramePeriod = absl::Milliseconds(100);

inline constexpr absl::Duration kWindow = absl::Minutes(90);
// The platform polls every five minutes.
inline constexpr absl::Duration kPollPeriod = absl::Milliseconds(50);
// For one move, or for one move more. Generous: the machine may be busy with something else.
inline constexpr absl::Duration kPatience = absl::Minutes(5);

}  // namespace realm::ctl::demo

#endif  // REALMSHIFT_COORDINATOR_CTL_DEMO_DEFAULTS_H_
