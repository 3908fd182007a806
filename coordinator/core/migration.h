// The row of a migration: facts, not flags that repeat the state. What can be
// computed from the facts is a function (view.h), never a field.
#ifndef REALMSHIFT_COORDINATOR_CORE_MIGRATION_H_
#define REALMSHIFT_COORDINATOR_CORE_MIGRATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/ids.h"
#include "coordinator/core/state.h"

namespace realm::coordinator {

// From the platform. The numbers are on disk.
enum class Hook : uint8_t { kSchedule = 1, kStart = 2, kCommit = 3, kRollback = 4 };
absl::string_view ToString(Hook hook);

struct Window {
  absl::Time start;
  absl::Time end;

  friend bool operator==(const Window& a, const Window& b) {
    return a.start == b.start && a.end == b.end;
  }
};

// What verification found equal in both realms, for one table.
struct TableManifest {
  DatasetName dataset;
  std::string table;
  int64_t records = 0;
  int64_t bytes = 0;
  std::string root;  // 32 bytes.
};

// Counters of a copy, a purge or an undo. They never fall for one job.
struct Counters {
  int64_t records_done = 0;
  int64_t records_total = 0;
  int64_t bytes_done = 0;
  int64_t bytes_total = 0;
  bool totals_exact = false;
};

// A named part of a migration.
struct Transfer {
  TransferName name;
  bool blocking = true;
  std::vector<DatasetName> datasets;

  // Facts, in the order in which they come about. An epoch is that of the
  // attempt which established the fact; 0 means "not yet".
  uint64_t closed_epoch = 0;            // The target's gate is closed (of what does not block).
  uint64_t verified_epoch = 0;          // Source and target were equal.
  uint64_t sealed_verified_epoch = 0;   // They were, after the source was sealed for the commit.
  std::vector<TableManifest> manifest;  // Of the newest verification.
  uint64_t opened_epoch = 0;            // The target's gate is open.
  uint64_t purged_epoch = 0;            // The source holds nothing, proven.
  uint64_t erased_epoch = 0;            // The target holds nothing, proven (rollback).
  uint64_t unsealed_epoch = 0;          // The source is open again (rollback).
};

// What a worker is asked to do. A job runs in the realm whose data it changes.
// The numbers are on disk and on the wire.
enum class JobKind : uint8_t {
  kCopy = 1,      // In the target: copies from the source and verifies.
  kOpen = 2,      // In the target after the switch: opens the gate. In the source at
                  // the end of a rollback: lifts the seal.
  kPurge = 3,     // In the source: deletes what was verified, and proves it empty.
  kRollback = 4,  // In the target: erases the tenant, and proves it empty.
  kClose = 5,     // In the target, before the platform may commit: closes the gate of a transfer
                  // that does not block. Its own copy may begin after the tenant has come.
};
constexpr JobKind kJobKinds[] = {JobKind::kClose, JobKind::kCopy, JobKind::kOpen, JobKind::kPurge,
                                 JobKind::kRollback};
absl::string_view ToString(JobKind kind);

// Whether jobs of this kind make the target ready for a commit: what an undo waits for.
constexpr bool PreparesTarget(JobKind kind) {
  return kind == JobKind::kCopy || kind == JobKind::kClose;
}

enum class JobState : uint8_t {
  kWaiting = 1,
  kLeased = 2,
  kDone = 3,
  kFailed = 4,     // For good.
  kCancelled = 5,  // Nobody wants it any more, and nobody runs it.
};
absl::string_view ToString(JobState state);

struct Job {
  int number = 0;  // Within the migration, from 1, never reused.
  JobKind kind = JobKind::kCopy;
  TransferName transfer;
  RealmId realm;
  // A copy that seals the source first.
  bool seals = false;
  // The copy at commit: a last delta and verification under the seal.
  bool final_pass = false;

  JobState state = JobState::kWaiting;
  // Its worker is to stop it and has not been heard to. A copy is over then; a
  // purge that is held goes on later.
  bool stopping = false;

  // The present lease, or the last one.
  int attempt = 0;     // Leases so far.
  uint64_t epoch = 0;  // Fencing token; drawn anew for each lease.
  WorkerId worker;
  absl::Time leased_at;

  int failures = 0;  // Attempts in a row that failed or vanished without getting any further.
  absl::Time not_before = absl::InfinitePast();
  std::string last_error;
  Counters counters;  // At the end of the last attempt.
  absl::Time created;
};

// An answer that was given to a hook and is given again to its repetitions.
struct Receipt {
  Hook hook = Hook::kSchedule;
  std::string body_sha256;
  std::string status;
  absl::Time time;
};

struct Failure {
  std::string reason;  // WINDOW_CLOSED, MISSED_START, COPY_FAILED.
  std::string message;
};

// What was taken as proof that the platform has switched.
struct SwitchProof {
  std::string kind;  // TARGET_TRAFFIC, OPERATOR, ELAPSED.
  absl::Time time;
  std::string actor;
};

enum class SwitchOrder : uint8_t { kAfterCommit = 1, kBeforeCommit = 2 };

// The app's settings as they were when the migration was accepted: a later
// change of configuration does not change a promise half way.
struct Terms {
  SwitchOrder switch_order = SwitchOrder::kAfterCommit;
  absl::Duration retry_horizon = absl::Minutes(15);
  std::optional<absl::Duration> accept_elapsed;
  absl::Duration purge_grace = absl::Hours(24);
  bool seal_at_ready = false;
  absl::Duration max_duration = absl::Hours(2);
  absl::Duration margin = absl::Minutes(1);
  absl::Duration stuck_after = absl::Hours(1);
};

struct Migration {
  MigrationKey key;
  // 16 hexadecimal digits of the key's digest: names the migration in job ids.
  std::string uid;
  uint64_t version = 0;  // Of the row; grows by one with each write.
  // The store's, when the row was written, and when the migration was scheduled. 0: not known.
  uint64_t generation = 0;
  uint64_t scheduled_generation = 0;
  // The store was restored from a backup while this was under way: jobs may have run, and a seal
  // may stand, of which this row knows nothing.
  bool outdated = false;
  State state = State::kNone;

  RealmId source;
  RealmId target;
  // One store keeps both realms: nothing is copied and nothing deleted.
  bool no_op = false;
  std::string platform;
  // 32 random bytes: keys this migration's digests, so that they tell nothing of the content.
  std::string digest_key;
  Window window;
  Terms terms;
  std::vector<Transfer> transfers;
  std::vector<Job> jobs;
  std::vector<Receipt> receipts;

  // The tenant's epoch counter, kept here while this migration is open.
  uint64_t last_epoch = 0;

  absl::Time created;
  absl::Time updated;
  absl::Time entered;  // The present state.
  absl::Time started = absl::InfinitePast();
  absl::Time switched = absl::InfinitePast();

  // Our last 2xx to commit; the platform may go back until it has seen one. The time of a doubt, if
  // it is not known how long ago that was: the clock was set, or the coordinator started again.
  absl::Time commit_answered = absl::InfinitePast();
  std::optional<SwitchProof> proof;
  // The last tenant request at the source after commit.
  absl::Time source_seen = absl::InfinitePast();
  // Such a request came after the switch: purging waits for an operator.
  bool counter_proof = false;

  std::optional<Failure> failure;
  bool stuck = false;
};

// `uid` for `key`.
std::string UidOf(const MigrationKey& key);

// Whether the job runs, or can.
inline bool IsOpen(const Job& job) {
  return job.state == JobState::kWaiting || job.state == JobState::kLeased;
}

// "UID-NUMBER": names a job in the whole system.
std::string JobIdOf(const Migration& migration, const Job& job);

Job* FindJob(Migration* migration, int number);
const Job* FindJob(const Migration& migration, int number);
Transfer* FindTransfer(Migration* migration, const TransferName& name);
const Transfer* FindTransfer(const Migration& migration, const TransferName& name);
// What the worker of `job` reads, or seals, in the source realm; empty if it is no copy.
std::vector<DatasetName> DatasetsAtSource(const Migration& migration, const Job& job);
const Receipt* FindReceipt(const Migration& migration, Hook hook);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_MIGRATION_H_
