// The pure step: a row and an input in, the rows that should now exist out.
#ifndef REALMSHIFT_COORDINATOR_CORE_STEP_H_
#define REALMSHIFT_COORDINATOR_CORE_STEP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "coordinator/core/audit.h"
#include "coordinator/core/input.h"
#include "coordinator/core/migration.h"
#include "coordinator/core/policy.h"
#include "coordinator/core/rules.h"
#include "coordinator/core/tenant.h"

namespace realm::coordinator {

// The rows that an input meets; nullptr where there is none.
struct Before {
  const Migration* migration = nullptr;
  const Tenant* tenant = nullptr;
};

// What the caller of a hook is told.
struct Answer {
  MigrationId migration;
  std::string status;
  bool replayed = false;
  // Whether the input changed anything.
  bool recorded = false;
  // Of the row whose status this is; 0 for an earlier answer.
  uint64_t version = 0;
};

// One way through the table that a step took: for logs and counters.
struct Move {
  State from = State::kNone;
  Event event = Event::kNoted;
  State to = State::kNone;
};

// Everything one step makes true: applied whole or not at all. Versions are
// already those after the write.
struct Changes {
  std::optional<Migration> migration;
  std::optional<Tenant> tenant;
  std::optional<AuditRecord> audit;  // Without sequence and hash; the engine chains it.
  Answer answer;
  std::vector<Move> moves;  // In order; several when one leads to the next.
};

// Errors: a refusal (see refusal.h), which changes nothing.
absl::StatusOr<Changes> Step(const Before& before, const Input& input, const Policy& policy,
                             absl::Time now);

// The id that a hook without one means: the migration under way, or else the
// latest; for a schedule while none is under way, a new one. Empty: none.
MigrationId ResolveMigration(Hook hook, const MigrationId& named, const Tenant* tenant);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_STEP_H_
