#include "common/failpoint.h"

#include <signal.h>
#include <stdlib.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "common/status_macros.h"

namespace realm {
namespace failpoint_internal {

// Written before there are threads, read by all of them afterwards.
bool armed = false;

namespace {

struct Plan {
  int signal = 0;  // None.
  int64_t at = 1;
  std::atomic<int64_t> reached{0};
};

Plan plans[kCount];

}  // namespace

void Reach(int index) {
  Plan& plan = plans[index];
  if (plan.signal == 0 || ++plan.reached != plan.at) return;
  // To this thread: a signal to the process may be taken by another, and this one would go on for
  // a while.
  raise(plan.signal);
}

namespace {

absl::StatusOr<int> SignalOf(absl::string_view action) {
  if (action == "kill") return SIGKILL;
  if (action == "stop") return SIGSTOP;
  return absl::InvalidArgumentError(
      absl::StrCat("REALM_FAILPOINTS: '", action, "' is not an action; use kill@N or stop@N"));
}

absl::Status Arm(absl::string_view item) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(item, absl::MaxSplits('=', 1));
  const int index = IndexOf(parts.first);
  if (index < 0) {
    return absl::InvalidArgumentError(absl::StrCat("REALM_FAILPOINTS: '", parts.first,
                                                   "' is not a failpoint; there are ",
                                                   absl::StrJoin(kFailpoints, ", ")));
  }
  const std::pair<absl::string_view, absl::string_view> action =
      absl::StrSplit(parts.second, absl::MaxSplits('@', 1));
  ASSIGN_OR_RETURN(const int signal, SignalOf(action.first));
  int64_t at = 1;
  const bool counted = absl::StrContains(parts.second, '@');
  if (counted && (!absl::SimpleAtoi(action.second, &at) || at < 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("REALM_FAILPOINTS: '", action.second, "' is not a count from 1"));
  }
  plans[index].signal = signal;
  plans[index].at = at;
  armed = true;
  return absl::OkStatus();
}

}  // namespace
}  // namespace failpoint_internal

absl::Status ArmFailpoints() {
  const char* specification = getenv("REALM_FAILPOINTS");
  return ArmFailpoints(specification == nullptr ? "" : specification);
}

absl::Status ArmFailpoints(absl::string_view specification) {
  failpoint_internal::armed = false;
  for (failpoint_internal::Plan& plan : failpoint_internal::plans) {
    plan.signal = 0;
    plan.reached = 0;
  }
  for (const absl::string_view item : absl::StrSplit(specification, ',', absl::SkipEmpty())) {
    RETURN_IF_ERROR(failpoint_internal::Arm(item));
  }
  return absl::OkStatus();
}

}  // namespace realm
