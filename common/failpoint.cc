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

#include "common/log.h"
#include "common/status_macros.h"

namespace realm {
namespace failpoint_internal {

// Written before there are threads, read by all of them afterwards.
bool armed = false;

namespace {

enum class Action { kNone, kKill, kStop, kError };

struct Plan {
  Action action = Action::kNone;
  int64_t at = 1;
  std::atomic<int64_t> reached{0};
};

Plan plans[kCount];

}  // namespace

absl::Status Reach(int index) {
  Plan& plan = plans[index];
  if (plan.action == Action::kNone || ++plan.reached != plan.at) return absl::OkStatus();
  Log(Level::kWarning, "failpoint", {{"name", kFailpoints[index]}});
  if (plan.action == Action::kError) {
    return absl::UnavailableError(absl::StrCat("the failpoint ", kFailpoints[index], " says so"));
  }
  // To this thread: a signal to the process may be taken by another, and this one would go on for
  // a while.
  raise(plan.action == Action::kKill ? SIGKILL : SIGSTOP);
  return absl::OkStatus();
}

namespace {

absl::StatusOr<Action> ActionOf(absl::string_view failpoint, absl::string_view action) {
  if (action == "kill") return Action::kKill;
  if (action == "stop") return Action::kStop;
  if (action == "error" && failpoint == kCannotFail) {
    return absl::InvalidArgumentError(absl::StrCat("REALM_FAILPOINTS: nothing can fail at ",
                                                   failpoint, "; use kill@N or stop@N"));
  }
  if (action == "error") return Action::kError;
  return absl::InvalidArgumentError(absl::StrCat(
      "REALM_FAILPOINTS: '", action, "' is not an action; use kill@N, stop@N or error@N"));
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
  ASSIGN_OR_RETURN(const Action wanted, ActionOf(parts.first, action.first));
  int64_t at = 1;
  const bool counted = absl::StrContains(parts.second, '@');
  if (counted && (!absl::SimpleAtoi(action.second, &at) || at < 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("REALM_FAILPOINTS: '", action.second, "' is not a count from 1"));
  }
  plans[index].action = wanted;
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
    plan.action = failpoint_internal::Action::kNone;
    plan.reached = 0;
  }
  for (const absl::string_view item : absl::StrSplit(specification, ',', absl::SkipEmpty())) {
    RETURN_IF_ERROR(failpoint_internal::Arm(item));
  }
  return absl::OkStatus();
}

}  // namespace realm
