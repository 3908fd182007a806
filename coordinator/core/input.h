// Everything that can come in. An input says who sent it; the time at which it
// came is an argument of Step.
#ifndef REALMSHIFT_COORDINATOR_CORE_INPUT_H_
#define REALMSHIFT_COORDINATOR_CORE_INPUT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"

#include "common/ids.h"
#include "coordinator/core/migration.h"
#include "coordinator/core/policy.h"

namespace realm::coordinator {

// From the platform, authenticated. `key.migration` is resolved (see ResolveMigration).
struct HookInput {
  Hook hook = Hook::kSchedule;
  MigrationKey key;
  std::string platform;
  std::string body_sha256;
  // What the body had. Claims to be compared with the schedule, never commands,
  // but for schedule itself.
  std::optional<Window> window;
  std::string location;
  // Schedule only.
  Overlaps overlaps;
  uint64_t generation = 0;  // The store's; set by the engine.
  std::string digest_key;   // 32 random bytes, drawn by the caller.
};

// An authenticated request of the tenant was seen at a realm's base URL.
struct TrafficInput {
  MigrationKey key;
  RealmId realm;
  std::string via;
  // When it was seen, by the clock of who saw it; later than now counts as now. A request from
  // before our answer to commit proves nothing, however late it is reported.
  absl::Time seen = absl::InfiniteFuture();
};

// An operator says that the platform has switched.
struct ConfirmInput {
  MigrationKey key;
  std::string plan_digest;
  std::string reason;
};

// A worker with a free slot is given a waiting job.
struct LeaseInput {
  MigrationKey key;
  int job = 0;
  WorkerId worker;
};

// What a worker says of a job it was leased.
struct ReportInput {
  enum class Outcome : uint8_t { kDone = 1, kFailed = 2, kFailedForGood = 3, kReturned = 4 };
  MigrationKey key;
  int job = 0;
  uint64_t epoch = 0;  // The lease; a report of another one changes nothing.
  Outcome outcome = Outcome::kDone;
  std::string error;
  Counters counters;
  std::vector<TableManifest> manifest;  // Copy, done.
  int64_t records_left = 0;             // Purge and rollback, done.
};

// A lease ran out, or its worker was heard not to run the job any more.
struct LeaseLostInput {
  MigrationKey key;
  int job = 0;
  uint64_t epoch = 0;
  std::string why;
  Counters counters;  // The last that were heard of this lease.
};

// Time has passed.
struct TickInput {
  MigrationKey key;
};

// The store was restored from a backup since the row was written.
struct RestoredInput {
  MigrationKey key;
  uint64_t generation = 0;  // The store's, now.
};

// What the wall clock says of the time since the row was written is not known to have passed.
struct ClockInput {
  MigrationKey key;
};

using InputBody = std::variant<HookInput, TrafficInput, ConfirmInput, LeaseInput, ReportInput,
                               LeaseLostInput, TickInput, RestoredInput, ClockInput>;

struct Input {
  InputBody body;
  // A certificate's URI, "platform:connect", "operator:NAME", "clock".
  std::string actor;
};

const MigrationKey& KeyOf(const Input& input);

// A word for logs and the audit trail: "schedule", "job-report", ...
absl::string_view WordFor(const Input& input);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_INPUT_H_
