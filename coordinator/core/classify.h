// What an input means: all the conditions are here, none in the table.
#ifndef REALMSHIFT_COORDINATOR_CORE_CLASSIFY_H_
#define REALMSHIFT_COORDINATOR_CORE_CLASSIFY_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "coordinator/core/input.h"
#include "coordinator/core/migration.h"
#include "coordinator/core/policy.h"
#include "coordinator/core/rules.h"

namespace realm::coordinator {

// The event that `input` is to `migration` (in kNone when there is no row).
// Refuses a hook whose body disagrees with what is recorded.
absl::StatusOr<Event> Classify(const Migration& migration, const Input& input,
                               const Policy& policy);

// The answer that this hook was given before, if this is a repetition of it.
const Receipt* FindReplay(const Migration& migration, const HookInput& hook);

// What the facts and the time mean by themselves; none when nothing follows.
std::optional<Event> Derive(const Migration& migration, absl::Time now);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_CLASSIFY_H_
