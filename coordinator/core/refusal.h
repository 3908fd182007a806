// Why a caller is refused. A refusal changes nothing.
#ifndef REALMSHIFT_COORDINATOR_CORE_REFUSAL_H_
#define REALMSHIFT_COORDINATOR_CORE_REFUSAL_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace realm::coordinator {

enum class Refusal : uint8_t {
  kNotScheduled,           // E0001: nobody has scheduled this migration.
  kLocationMismatch,       // E0001: the body names another target than the schedule.
  kRealmUnsupported,       // E0002: the target is not configured, or not for this app.
  kMigrationsUnsupported,  // E0003: the app has no hook path, or is unknown.
  kTooMany,                // E0004: too many overlapping windows.
  kTenantUnknown,          // E9999: nobody has said where the tenant's data is.
  kTenantBusy,             // E9999: another migration of the tenant is under way.
  kRealmInDoubt,           // E9999: nothing would be copied, and a restore put the realm in doubt.
  kWindowInvalid,          // E9999
  kWindowMismatch,         // E9999: the body's times differ from the schedule's.
  kBodyMismatch,           // E9999: the same hook was accepted with another body.
  kAlreadyStarted,         // E9999: too late for another schedule.
  kTooEarly,               // E9999: commit before ready-to-commit.
  kFailed,                 // E9999: the migration has failed.
  kOver,                   // E9999: the migration has ended, or is being undone.
  kPointOfNoReturn,        // E9999: rollback after the switch was proven.
  kNotWaiting,             // Not a hook: no switch is being waited for.
  kPlanMismatch,           // Not a hook: the plan digest is not the present one.
  kEntryChanged,           // Not a hook: the directory entry is not the one that was looked at.
};

// The reason's word on the wire: "WINDOW_MISMATCH".
absl::string_view ToString(Refusal refusal);

// What the platform is told: "E0001" .. "E9999".
absl::string_view ErrorResponseCode(Refusal refusal);

// A status that carries `refusal`: RESOURCE_EXHAUSTED for kTooMany, otherwise
// FAILED_PRECONDITION. `message` says what was wrong and what would be right.
absl::Status Refuse(Refusal refusal, absl::string_view message);

// The refusal that a status carries; none for faults and for OK.
std::optional<Refusal> RefusalOf(const absl::Status& status);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_REFUSAL_H_
