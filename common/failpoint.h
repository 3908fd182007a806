// Named places where a test may make this program die, freeze, or fail at what it is doing.
//
// A test starts the real program with
//
//   REALM_FAILPOINTS="copy.after-page=kill@3,purge.after-range=stop,close.before-gate=error"
//
// and the program sends itself SIGKILL when it reaches the first of them for the third time, and
// SIGSTOP when it reaches the second for the first time. At the third it gets UNAVAILABLE, once, as
// if a store, a disk or a peer had failed there. Nothing else can be done with them, so that what
// the test sees is what a user would see. The program logs "failpoint" before it does what it is
// told. Without the variable a failpoint is one load and one branch.
//
// Thread safety: any thread.

#ifndef REALMSHIFT_COMMON_FAILPOINT_H_
#define REALMSHIFT_COMMON_FAILPOINT_H_

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace realm {

// Every failpoint there is: a matrix of tests runs over these, with each action.
inline constexpr absl::string_view kFailpoints[] = {
    // The worker's jobs, in the order in which they pass.
    "copy.after-raise",
    "copy.after-gates",
    "copy.before-seal",
    "copy.after-seal",
    "copy.before-write",
    "copy.after-first-page",
    "copy.after-page",
    "copy.after-fill",
    "copy.after-repair-erase",
    "copy.after-range",
    "copy.before-sync",
    "copy.after-sync",
    "copy.before-report",
    "close.before-gate",
    "close.before-report",
    "open.after-raise",
    "open.before-report",
    "purge.after-raise",
    "purge.after-check-range",
    "purge.before-erase",
    "purge.before-range",
    "purge.after-range",
    "purge.before-proof",
    "purge.before-report",
    "rollback.after-raise",
    "rollback.before-range",
    "rollback.after-range",
    "rollback.before-proof",
    "rollback.before-report",
    // The coordinator, around the one write.
    "coordinator.before-apply",
    "coordinator.after-apply",
    "coordinator.after-answer",
    // The source-realm worker, while it serves.
    "serve.before-page",
    "serve.before-digest",
    "serve.before-seal",
    "serve.after-seal",
    "serve.after-message",
    // The edge, on a hook's way to the coordinator and back, and where it hears from it.
    "edge.before-forward",
    "edge.after-forward",
    "edge.before-install",
    "edge.after-install",
    "edge.after-status",
};

// The one at which nothing is left that could fail; `error` is refused for it.
inline constexpr absl::string_view kCannotFail = "coordinator.after-answer";

// Reads REALM_FAILPOINTS; to be called once, at the start of main, before there are other threads.
// INVALID_ARGUMENT: an unknown name or action; the message lists what there is.
absl::Status ArmFailpoints();

// The same with the specification given. An empty one disarms all.
absl::Status ArmFailpoints(absl::string_view specification);

namespace failpoint_internal {

inline constexpr int kCount = sizeof(kFailpoints) / sizeof(kFailpoints[0]);

constexpr int IndexOf(absl::string_view name) {
  for (int i = 0; i < kCount; ++i) {
    if (kFailpoints[i] == name) return i;
  }
  return -1;
}

extern bool armed;
absl::Status Reach(int index);

template <int index>
absl::Status ReachAt() {
  static_assert(index >= 0, "list the failpoint in common/failpoint.h");
  return ABSL_PREDICT_FALSE(armed) ? Reach(index) : absl::OkStatus();
}

}  // namespace failpoint_internal
}  // namespace realm

// RETURN_IF_ERROR(REALM_FAILPOINT("copy.after-page")): the absl::Status that the place is to have.
// A name that is not listed above does not compile.
#define REALM_FAILPOINT(name) \
  ::realm::failpoint_internal::ReachAt<::realm::failpoint_internal::IndexOf(name)>()

#endif  // REALMSHIFT_COMMON_FAILPOINT_H_
