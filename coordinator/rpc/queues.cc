#include "coordinator/rpc/queues.h"

#include <algorithm>
#include <map>
#include <string>

#include "coordinator/core/view.h"

namespace realm::coordinator {
namespace {

namespace v1 = ::realm::v1;

struct KindCount {
  int pending = 0;
  int running = 0;
  absl::Time oldest = absl::InfiniteFuture();
};

struct RealmCount {
  std::map<JobKind, KindCount> kinds;
  std::map<std::string, int> waits;
};

void Count(const Migration& m, const Fleet& fleet, absl::Time now,
           std::map<RealmId, RealmCount>* realms) {
  for (const Job& job : m.jobs) {
    RealmCount& realm = (*realms)[job.realm];
    KindCount& kind = realm.kinds[job.kind];
    if (job.state == JobState::kLeased) ++kind.running;
    if (job.state != JobState::kWaiting) continue;
    ++kind.pending;
    kind.oldest = std::min(kind.oldest, job.created);
    auto wait = WhyJobWaits(m, job, now);
    if (!wait) wait = WhyNoWorker(fleet, m, job);
    ++realm.waits[wait ? wait->reason : "WORKER_BUSY"];
  }
}

v1::Queue QueueOf(const RealmId& code, const RealmCount& count, const Fleet& fleet,
                  const JobRates* rates, absl::Time now) {
  v1::Queue out;
  out.set_realm(code.value());
  for (const FleetWorker& worker : fleet.workers) {
    if (worker.key.realm != code || !worker.connected) continue;
    out.set_workers(out.workers() + 1);
    out.set_slots(out.slots() + worker.slots);
    out.set_slots_used(out.slots_used() + worker.slots_used);
  }
  for (const auto& [kind, counts] : count.kinds) {
    v1::QueueKind* row = out.add_kinds();
    row->set_kind(static_cast<v1::Job::Kind>(kind));
    row->set_pending(counts.pending);
    row->set_running(counts.running);
    const JobRate rate = rates == nullptr ? JobRate{} : rates->Of(code, kind);
    row->set_added_per_second(rate.added);
    row->set_dispatched_per_second(rate.dispatched);
    row->set_done_per_second(rate.done);
    if (counts.pending > 0) {
      row->mutable_oldest()->set_seconds(absl::ToInt64Seconds(now - counts.oldest));
    }
  }
  for (const auto& [reason, jobs] : count.waits) {
    v1::QueueWait* wait = out.add_waits();
    wait->set_reason(reason);
    wait->set_jobs(jobs);
  }
  return out;
}

}  // namespace

std::vector<v1::Queue> MakeQueues(const std::vector<MigrationPtr>& migrations, const Fleet& fleet,
                                  const Policy& policy, const JobRates* rates, absl::Time now) {
  std::map<RealmId, RealmCount> realms;
  for (const auto& [name, realm] : policy.realms) {
    for (const JobKind kind : kJobKinds)
      realms[realm.code].kinds[kind];
  }
  for (const MigrationPtr& m : migrations) {
    if (!IsTerminal(m->state)) Count(*m, fleet, now, &realms);
  }
  std::vector<v1::Queue> out;
  for (const auto& [code, count] : realms)
    out.push_back(QueueOf(code, count, fleet, rates, now));
  return out;
}

}  // namespace realm::coordinator
