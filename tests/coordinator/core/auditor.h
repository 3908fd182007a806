// Watches what workers were asked to do and said they did, and knows what that makes of the two
// realms' stores. It knows nothing of states, rules or plans: it asks what the customer would ask.
//
//  * Is every record somewhere, and can it still be served from where the directory says?
//  * Is anything deleted that was not verified under a seal, opened, and evidently switched to?
//  * Can the tenant ever write in two realms, or into one that is being written from the other?
//  * Is what is undone, undone?
//
// It fears the worst: what a worker was asked to do may have happened in part at once.

#ifndef REALMSHIFT_TESTS_COORDINATOR_CORE_AUDITOR_H_
#define REALMSHIFT_TESTS_COORDINATOR_CORE_AUDITOR_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "absl/time/time.h"

#include "coordinator/core/input.h"
#include "coordinator/core/migration.h"
#include "coordinator/core/tenant.h"

namespace realm::coordinator {

// How far ahead a time is. One that has come is like any other that has.
std::string Ahead(absl::Time time, absl::Time now);

class Auditor {
 public:
  // What happened in one step: the input, when, whether it was accepted, and the rows after it.
  // Returns what is wrong; empty when nothing is.
  std::string Watch(const Input& input, absl::Time now, bool accepted, const Migration* after,
                    const Tenant& tenant);

  // Equal for two auditors that would judge the future alike.
  std::string Key(absl::Time now, const Terms& terms) const;

 private:
  enum class Source { kWhole, kPart, kEmpty };
  // kStale: a whole copy, but the tenant may have written at the source since.
  enum class Target { kNothing, kPart, kStale, kEqual };
  enum class Access { kClosed, kMaybe, kOpen };

  struct Part {
    Source source = Source::kWhole;
    Target target = Target::kNothing;
    Access source_access = Access::kOpen;
    // Not opened by anybody is not yet closed: the app may write until somebody closes it.
    Access gate = Access::kClosed;
    bool gate_was_closed = false;
    bool blocking = true;
  };

  void WatchWorld(const Input& input, absl::Time now, bool accepted, const Migration& m);
  void WatchTraffic(const TrafficInput& traffic, absl::Time now, const Migration& m);
  void WatchLeases(const Migration& m, absl::Time now);
  void BeginJob(const Job& job, const Migration& m, absl::Time now);
  void BeginCopy(const Job& job, Part* part);
  void BeginOpen(const Job& job, const Migration& m, Part* part);
  void BeginPurge(const Migration& m, absl::Time now, Part* part);
  void BeginRollback(Part* part);
  void EndJob(const ReportInput& report, const Migration& m);
  void FinishJob(const Job& job, const Migration& m);
  void CheckDirectory(const Tenant& tenant, const Migration& m, absl::Time now);
  void CheckEnd(const Migration& m);

  void Require(bool holds, const std::string& what);

  std::map<std::string, Part> parts_;
  std::set<int> running_copies_;         // Job numbers.
  std::map<int, uint64_t> seen_epochs_;  // The newest lease of each job.

  absl::Time last_commit_ = absl::InfinitePast();
  absl::Time last_at_source_ = absl::InfinitePast();
  bool evidence_ = false;      // That the platform has switched.
  bool contradicted_ = false;  // By the tenant at the source, after the directory changed.
  absl::Time flipped_ = absl::InfiniteFuture();
  uint64_t entry_epoch_ = 0;
  std::string entry_;
  std::string end_;
  std::string wrong_;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_TESTS_COORDINATOR_CORE_AUDITOR_H_
