// What one simulated run is made of: realms, tenants, moves, what goes wrong, and what must come of
// it. Plain values; scenario_yaml.h reads them from a file and random_scenario.h draws them.
//
// Every time is counted from the beginning of the run. Nothing here depends on the seed: the seed
// decides what the scenario leaves open.

#ifndef REALMSHIFT_TESTS_SIM_SCENARIO_H_
#define REALMSHIFT_TESTS_SIM_SCENARIO_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "coordinator/core/migration.h"

namespace realm::sim {

struct RealmSpec {
  std::string code;
  int workers = 2;
  int slots = 2;      // Of each worker.
  std::string store;  // Realms with equal stores keep their data in one place. Default: the code.
  // Each worker serves some of the datasets only: the n-th transfer's is of the n-th worker, and
  // around again.
  bool divided = false;
};

struct TransferSpec {
  std::string name;  // Also that of its only dataset.
  bool blocking = true;
};

// The app that all tenants have installed, and its terms.
struct AppSpec {
  std::vector<TransferSpec> transfers;  // At least one.
  coordinator::Terms terms;
  absl::Duration lease = absl::Seconds(15);
};

struct TenantSpec {
  std::string id;
  std::string realm;
  std::map<std::string, int> data;  // Records at the beginning, by transfer.
  double writes_per_second = 0;     // Puts and removals, at whichever realm the platform is.
};

// One move, as the platform means to make it.
struct MigrationSpec {
  std::string id;
  std::string tenant;
  std::string target;
  absl::Duration schedule_at;  // The customer asks.
  absl::Duration window_at = absl::Minutes(10);
  absl::Duration window = absl::Minutes(90);
  // The word it must end with: "committed", "rolled-back", "cancelled"; "ended": any of them;
  // empty: what the scenario's `expect` says.
  std::string outcome;
};

// What goes wrong with one kind of hook, each time.
struct HookFaults {
  bool duplicate = false;    // Delivered twice.
  bool lose = false;         // Never delivered, with all its repetitions.
  bool lose_answer = false;  // Delivered; no answer arrives, to any of its repetitions.
  bool omit = false;         // The platform does not send it at all.
  absl::Duration late;       // Sent this much later than is due.
};

// How the platform behaves. Rates are probabilities, 0 to 1, for each delivery.
struct PlatformSpec {
  std::map<coordinator::Hook, HookFaults> hooks;
  double lose_rate = 0;
  double lose_answer_rate = 0;
  double duplicate_rate = 0;
  double late_rate = 0;
  absl::Duration late_max = absl::Minutes(3);
  absl::Duration status_every = absl::Minutes(5);
  absl::Duration timeout = absl::Seconds(10);  // For one answer.
  int retries = 2;                             // After the first; only without a refusal's code.
  absl::Duration retry_after = absl::Seconds(5);
  // The platform ends the window as soon as the status is ready-to-commit. Else it waits for the
  // window's end with a probability of one half.
  bool early_finish = true;
  // The platform polls on for this long after the window's end and then sends rollback.
  absl::Duration overrun = absl::Minutes(30);
  // The tenant's first request after a switch comes within this.
  absl::Duration first_request_max = absl::Minutes(2);
};

// What can go wrong. The words in files are those of ToString.
enum class FaultKind : uint8_t {
  // Workers, of `realm`; any realm's when that is empty.
  kKillWorker,   // Dies at once; another one starts after `length`.
  kPauseWorker,  // Stands still for `length`, then goes on as if nothing had been: a zombie.
  kRunTwice,     // The next order is executed twice at the same time.
  kDrainWorker,  // Hands its jobs back and starts again after `length`.
  // The wire, for `length`.
  kPartition,       // `realm` and the coordinator hear nothing of each other.
  kOneWayIn,        // Workers of `realm` do not hear the coordinator.
  kOneWayOut,       // The coordinator does not hear workers of `realm`.
  kCutData,         // `realm` does not hear other realms' workers.
  kDropCalls,       // Each message is lost with the probability `rate`.
  kDuplicateCalls,  // Each message comes twice with the probability `rate`.
  kDelayCalls,      // Each message takes up to `amount` longer, so that they overtake each other.
  // The coordinator and its disk.
  kCrashCoordinator,  // At `moment`; starts again after `length`.
  kRestoreBackup,     // Dies, and starts again from its disk as it was `amount` ago, as a restored
                      // one.
  kTornWrite,         // Dies in the middle of its next write.
  kSyncError,         // The next sync fails; whether the write is there is not known.
  kDiskFull,          // Writes fail for `length`.
  kDiskSlow,          // Each write takes `amount`, for `length`.
  // Realms' stores.
  kStoreDown,   // Every call fails for `length`.
  kStoreError,  // Each call fails with the probability `rate`, before or after it took effect.
  kStoreSlow,   // Each call takes up to `amount`, for `length`.
  kStoreFull,   // Writes of records fail for `length`; deletions do not.
  kPoisonRow,   // One record of the tenant is refused by the target for ever.
  kGarble,      // One record arrives with another value than was sent.
  kLeftovers,   // The target holds records of the tenant before the move begins.
  // Time.
  kClockJump,  // The wall clock of `realm`, or of the coordinator, moves by `amount`.
  kSuspend,    // The coordinator stands still for `length`.
  // The customer, the operator and the platform.
  kCancel,        // The customer cancels: the platform sends rollback.
  kUninstall,     // The tenant uninstalls the app...
  kReinstall,     // ...or does and installs it again.
  kRotateSecret,  // The platform gives the tenant another secret, and signs with it from then on.
  kStraggler,     // A tenant request comes to the realm that the platform has left.
  kConfirm,       // An operator confirms the switch if the platform has switched.
  // Somebody sends rollback although the platform has switched for good; before that, nothing.
  kLateRollback,
};

absl::string_view ToString(FaultKind kind);
std::optional<FaultKind> FaultKindFrom(absl::string_view word);
const std::vector<FaultKind>& AllFaultKinds();

// When a scripted fault happens: at a time, or when a migration is so far for the first time.
struct Trigger {
  enum class Kind : uint8_t { kAt, kProgress, kState };
  Kind kind = Kind::kAt;
  absl::Duration at;
  // kProgress: the share of its records that a job of this kind has done, 0 to 100. The final copy
  // is another job than the first: `final_pass`.
  coordinator::JobKind job = coordinator::JobKind::kCopy;
  bool final_pass = false;
  int percent = 0;
  coordinator::State state = coordinator::State::kNone;  // kState: entered.
  absl::Duration after;                                  // So much later than the above.
};

// Where the coordinator dies.
enum class CrashMoment : uint8_t { kNow, kBeforeNextWrite, kAfterNextWrite };

struct Fault {
  FaultKind kind = FaultKind::kKillWorker;
  Trigger when;
  std::string migration;  // Whose progress or state; empty: any's, the first.
  std::string realm;
  double rate = 0;
  absl::Duration length;  // Zero: the seed decides.
  absl::Duration amount;
  CrashMoment moment = CrashMoment::kNow;
};

// Faults that the seed chooses.
struct FaultMix {
  std::vector<FaultKind> kinds;  // Each run switches about half of them on. Empty: none happen.
  double per_migration = 0;      // How many, on average.
};

// What must be true at the end.
struct Expectation {
  // Of every migration without an outcome of its own. "any": it may also wait for a person who was
  // told why.
  std::string outcome = "any";
  // All have ended by then; InfiniteDuration: whenever.
  absl::Duration within = absl::InfiniteDuration();
  std::optional<int64_t> source_left;  // Records at the realms that tenants have left.
  // What a tenant wrote and had acknowledged is what is where it is now.
  bool target_equals_source = false;
};

// `counter` of the outcome must compare so with `value`.
struct Threshold {
  enum class Compare : uint8_t { kAtMost, kAtLeast, kBelow, kAbove, kEqual };
  std::string counter;
  Compare compare = Compare::kAtMost;
  int64_t value = 0;
};

// A place in the scenario's file, for messages. 0: none.
struct FileLine {
  int line = 0;
  int column = 0;
};

struct Scenario {
  std::string name;  // The file's, without its extension, unless it says another.
  std::string file;  // Empty for a drawn one.
  std::vector<RealmSpec> realms;
  AppSpec app;
  std::vector<TenantSpec> tenants;
  std::vector<MigrationSpec> migrations;
  PlatformSpec platform;
  std::vector<Fault> faults;
  FaultMix mix;
  // Faults stop then, everything is healed, and every migration must end within `heal_limit`.
  absl::Duration faults_until = absl::Hours(4);
  absl::Duration heal_limit = absl::Hours(48);
  bool timers_never = false;   // Leases never run out by the clock.
  bool timers_always = false;  // They have always run out when anybody looks.
  Expectation expect;
  FileLine expect_line;
  // Invariants that this scenario is about. All are checked in every run.
  std::vector<std::string> never;
  std::vector<Threshold> thresholds;
};

const RealmSpec* FindRealm(const Scenario& scenario, absl::string_view code);
const TenantSpec* FindTenant(const Scenario& scenario, absl::string_view id);

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_SCENARIO_H_
