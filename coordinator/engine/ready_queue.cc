#include "coordinator/engine/ready_queue.h"

#include <cstdlib>
#include <utility>

#include "coordinator/core/view.h"

namespace realm::coordinator {
namespace {

int RankOf(JobKind kind) {
  switch (kind) {
    case JobKind::kRollback:
    case JobKind::kOpen:
    case JobKind::kClose:
      return 0;
    case JobKind::kPurge:
      return 1;
    case JobKind::kCopy:
      return 2;
  }
  std::abort();  // Not reached: the switch is exhaustive.
}

ReadyJob MakeReady(const Migration& m, const Job& job) {
  ReadyJob out;
  out.rank = RankOf(job.kind);
  out.window_end = m.window.end;
  out.created = job.created;
  out.key = m.key;
  out.number = job.number;
  out.kind = job.kind;
  out.realm = job.realm;
  out.source = m.source;
  if (const Transfer* t = FindTransfer(m, job.transfer)) out.datasets = t->datasets;
  out.datasets_at_source = DatasetsAtSource(m, job);
  return out;
}

}  // namespace

void ReadyQueue::Update(const Migration& m, absl::Time now) {
  Remove(m.key);
  for (const Job& job : m.jobs) {
    if (job.state != JobState::kWaiting || WhyJobWaits(m, job, now)) continue;
    ReadyJob ready = MakeReady(m, job);
    by_migration_[m.key].emplace_back(job.realm, ready);
    by_realm_[job.realm].insert(std::move(ready));
  }
}

std::vector<RealmId> ReadyQueue::Realms() const {
  std::vector<RealmId> out;
  for (const auto& [realm, jobs] : by_realm_) {
    if (!jobs.empty()) out.push_back(realm);
  }
  return out;
}

const std::set<ReadyJob>& ReadyQueue::InRealm(const RealmId& realm) const {
  static const std::set<ReadyJob>& none = *new std::set<ReadyJob>();
  const auto found = by_realm_.find(realm);
  return found == by_realm_.end() ? none : found->second;
}

void ReadyQueue::Remove(const MigrationKey& key) {
  const auto found = by_migration_.find(key);
  if (found == by_migration_.end()) return;
  for (const auto& [realm, job] : found->second)
    by_realm_[realm].erase(job);
  by_migration_.erase(found);
}

}  // namespace realm::coordinator
