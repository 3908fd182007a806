#include "coordinator/engine/dispatch.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/limits.h"
#include "common/seeded_bug.h"
#include "coordinator/core/view.h"

namespace realm::coordinator {
namespace {

std::string ActorOf(const WorkerKey& worker) {
  return absl::StrCat("worker:", worker.realm.value(), "/", worker.worker.value());
}

Input Report(const MigrationKey& key, int number, const WorkerKey& worker,
             const JobStatus& status) {
  ReportInput report;
  report.key = key;
  report.job = number;
  report.epoch = status.epoch;
  report.outcome = status.outcome;
  report.error = status.error;
  report.counters = status.counters;
  report.manifest = status.manifest;
  report.records_left = status.records_left;
  return Input{std::move(report), ActorOf(worker)};
}

}  // namespace

Input Dispatch::LeaseLost(const std::string& job_id, const Lease& lease,
                          absl::string_view why) const {
  LeaseLostInput lost;
  lost.key = lease.key;
  lost.job = lease.number;
  lost.epoch = lease.epoch;
  lost.why = std::string(why);
  const auto live = live_.find(job_id);
  if (live != live_.end()) lost.counters = live->second.counters;
  return Input{std::move(lost), ActorOf(lease.worker)};
}

Dispatch::Dispatch(DispatchOptions options, Moment started)
    : options_(options), started_(started) {}

void Dispatch::Update(const Migration& m, Moment now) {
  ready_.Update(m, now.wall);
  std::vector<std::string> before;
  before.swap(leased_jobs_[m.key]);
  std::vector<std::string>& after = leased_jobs_[m.key];
  for (const Job& job : m.jobs) {
    if (job.state != JobState::kLeased) continue;
    const std::string id = JobIdOf(m, job);
    const WorkerKey key{job.realm, job.worker};
    const auto [at, is_new] = workers_.try_emplace(key);
    Worker& worker = at->second;
    if (is_new) {
      worker.heard = started_.mono;
      worker.heard_wall = started_.wall;
    }
    Lease& lease = worker.leases[id];
    if (lease.epoch != job.epoch) {
      lease = Lease{m.key, job.number, job.epoch, key, job.stopping, 0, false};
      worker.dirty = true;
    } else if (lease.stopping != job.stopping) {
      lease.stopping = job.stopping;
      lease.told_in_frame = 0;
      worker.dirty = true;
    }
    TakeFromFormerHolder(id, key);
    holders_[id] = key;
    after.push_back(id);
  }
  for (const std::string& id : before) {
    if (std::find(after.begin(), after.end(), id) != after.end()) continue;
    const auto holder = holders_.find(id);
    REALM_CHECK(holder != holders_.end());
    Worker& worker = workers_[holder->second];
    worker.leases.erase(id);
    worker.dirty = true;
    holders_.erase(holder);
    live_.erase(id);
  }
  if (after.empty()) leased_jobs_.erase(m.key);
}

// A write that failed takes a lease back to the worker that had it before the round.
void Dispatch::TakeFromFormerHolder(const std::string& job_id, const WorkerKey& holder) {
  const auto former = holders_.find(job_id);
  if (former == holders_.end() || former->second == holder) return;
  Worker& worker = workers_[former->second];
  worker.leases.erase(job_id);
  worker.dirty = true;
  live_.erase(job_id);
}

std::vector<Input> Dispatch::OnFrame(uint64_t session, std::shared_ptr<WorkerLink> link,
                                     WorkerFrame frame, Moment now) {
  std::vector<Input> out;
  Worker* worker = Attach(session, std::move(link), frame, &out);
  if (worker == nullptr) return out;
  worker->silent = false;
  worker->heard = now.mono;
  worker->heard_wall = now.wall;
  for (const JobStatus& status : frame.jobs)
    NoteStatus(worker, status, frame.seen_frame, now, &out);
  FindDropped(worker, frame, &out);
  worker->frame = std::move(frame);
  worker->frame.jobs.clear();
  return out;
}

// The worker of this stream; nullptr when a newer stream has replaced it.
Dispatch::Worker* Dispatch::Attach(uint64_t session, std::shared_ptr<WorkerLink> link,
                                   const WorkerFrame& frame, std::vector<Input>* out) {
  if (workers_.size() >= kWorkersMax && workers_.count(frame.worker) == 0) {
    link->Close(absl::ResourceExhaustedError("too many workers are attached"));
    return nullptr;
  }
  Worker& worker = workers_[frame.worker];
  if (worker.session == session) return &worker;
  if (session < worker.session) return nullptr;
  if (worker.session != 0) {
    worker.link->Close(absl::AlreadyExistsError("a newer stream of this worker has replaced this"));
    sessions_.erase(worker.session);
  }
  InheritDrain(frame, &worker);
  worker.session = session;
  worker.link = std::move(link);
  worker.frames_sent = 0;
  worker.dirty = true;
  sessions_[session] = frame.worker;
  // What a newly attached worker does not list it does not run, and was never told on this stream.
  absl::flat_hash_map<absl::string_view, uint64_t> listed;
  for (const JobStatus& status : frame.jobs) {
    if (status.generation == options_.generation) listed[status.job_id] = status.epoch;
  }
  for (auto& [id, lease] : worker.leases) {
    lease.told_in_frame = 0;
    lease.listed_by_worker = false;
    const auto found = listed.find(id);
    if (found == listed.end() || found->second != lease.epoch) {
      out->push_back(LeaseLost(id, lease, "the worker attached again without it"));
    }
  }
  return &worker;
}

void Dispatch::NoteStatus(Worker* worker, const JobStatus& status, uint64_t seen_frame, Moment now,
                          std::vector<Input>* out) {
  const auto found = worker->leases.find(status.job_id);
  if (found == worker->leases.end() || !IsOfLease(status, found->second)) {
    // Not its job any more: the next frame says so by leaving it out, unless one on its way does.
    if (seen_frame < worker->frames_sent) return;
    worker->dirty = true;
    Observe(worker->frame.worker.realm, status, false);
    return;
  }
  Lease& lease = found->second;
  lease.listed_by_worker = true;
  NoteProgress(status, now);
  Observe(lease.worker.realm, status, true);
  if (status.finished) out->push_back(Report(lease.key, lease.number, lease.worker, status));
}

// A coordinator that was restored draws epochs anew that a worker still knows from before.
bool Dispatch::IsOfLease(const JobStatus& status, const Lease& lease) const {
  const bool same = status.generation == options_.generation && status.epoch == lease.epoch;
  return same || Seeded(SeededBug::kStaleReportCounts);
}

void Dispatch::NoteProgress(const JobStatus& status, Moment now) {
  LiveJob& live = live_[status.job_id];
  const int64_t moved = status.counters.bytes_done - live.counters.bytes_done;
  const absl::Duration passed = now.wall - live.last_progress;
  if (moved > 0) {
    const double seconds = std::max(absl::ToDoubleSeconds(passed), 0.001);
    const bool first = live.last_progress == absl::InfinitePast();
    live.bytes_per_second = first ? 0 : static_cast<int64_t>(static_cast<double>(moved) / seconds);
    live.last_progress = now.wall;
  } else if (passed > absl::Seconds(10)) {
    live.bytes_per_second = 0;
  }
  live.phase = status.phase;
  const Counters before = live.counters;
  live.counters = status.counters;
  live.counters.records_done = std::max(before.records_done, status.counters.records_done);
  live.counters.bytes_done = std::max(before.bytes_done, status.counters.bytes_done);
}

// A job that the worker was told of in a frame it has acted upon, and does not list.
void Dispatch::FindDropped(Worker* worker, const WorkerFrame& frame, std::vector<Input>* out) {
  absl::flat_hash_set<absl::string_view> listed;
  for (const JobStatus& status : frame.jobs)
    listed.insert(status.job_id);
  for (const auto& [id, lease] : worker->leases) {
    if (lease.told_in_frame == 0 || lease.told_in_frame > frame.seen_frame) continue;
    if (listed.contains(id)) continue;
    out->push_back(
        LeaseLost(id, lease, lease.stopping ? "stopped" : "the worker does not run it any more"));
  }
}

void Dispatch::OnClosed(uint64_t session, Moment) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  Worker& worker = workers_[found->second];
  // It stays for a lease's time, so that an order to drain outlives a broken stream.
  worker.session = 0;
  worker.link.reset();
  sessions_.erase(found);
}

std::vector<Input> Dispatch::Expire(Moment now) {
  std::vector<Input> out;
  for (auto it = workers_.begin(); it != workers_.end();) {
    Worker& worker = it->second;
    const bool in_time = Seeded(SeededBug::kLeaseByWallClock)
                             ? now.wall < worker.heard_wall + options_.lease
                             : now.mono < worker.heard + options_.lease;
    if (in_time || Seeded(SeededBug::kLeaseNeverExpires)) {
      ++it;
      continue;
    }
    worker.silent = true;
    for (const auto& [id, lease] : worker.leases) {
      out.push_back(LeaseLost(id, lease, "lease ran out"));
    }
    const bool gone = worker.session == 0 && worker.leases.empty();
    it = gone ? workers_.erase(it) : std::next(it);
  }
  return out;
}

std::optional<Input> Dispatch::NextMatch() const {
  for (const RealmId& realm : ready_.Realms()) {
    const bool any_free = std::any_of(workers_.begin(), workers_.end(), [&](const auto& entry) {
      return entry.first.realm == realm && FreeSlots(entry.second) > 0;
    });
    if (!any_free) continue;
    for (const ReadyJob& job : ready_.InRealm(realm)) {
      const WorkerKey* worker = PickWorker(job);
      if (worker == nullptr) continue;
      return Input{LeaseInput{job.key, job.number, worker->worker}, ActorOf(*worker)};
    }
  }
  return std::nullopt;
}

// The able worker with the most free slots.
const WorkerKey* Dispatch::PickWorker(const ReadyJob& job) const {
  if (!AllOffered(job.source, job.datasets_at_source)) return nullptr;
  const RealmId realm = job.realm;
  const WorkerKey* best = nullptr;
  int best_free = 0;
  for (const auto& [key, worker] : workers_) {
    if (key.realm != realm || !Serves(worker, job.datasets)) continue;
    const int free = FreeSlots(worker);
    if (free <= best_free) continue;
    best = &key;
    best_free = free;
  }
  return best;
}

int Dispatch::FreeSlots(const Worker& worker) {
  if (worker.session == 0 || worker.silent) return 0;
  if (worker.frame.draining || worker.drain_order) return 0;
  return worker.frame.slots - static_cast<int>(worker.leases.size());
}

bool Dispatch::Serves(const Worker& worker, const DatasetName& dataset) {
  const auto& has = worker.frame.datasets;
  return std::find(has.begin(), has.end(), dataset) != has.end();
}

bool Dispatch::Serves(const Worker& worker, const std::vector<DatasetName>& datasets) {
  return std::all_of(datasets.begin(), datasets.end(),
                     [&](const DatasetName& d) { return Serves(worker, d); });
}

bool Dispatch::OffersData(const WorkerKey& key, const Worker& worker, const RealmId& realm) {
  return key.realm == realm && worker.session != 0 && !worker.silent &&
         !worker.frame.data_endpoint.empty();
}

// Each of `datasets` by some worker; one worker need not have all.
bool Dispatch::AllOffered(const RealmId& realm, const std::vector<DatasetName>& datasets) const {
  return std::all_of(datasets.begin(), datasets.end(), [&](const DatasetName& dataset) {
    return std::any_of(workers_.begin(), workers_.end(), [&](const auto& entry) {
      return OffersData(entry.first, entry.second, realm) && Serves(entry.second, dataset);
    });
  });
}

std::vector<DataEndpoint> Dispatch::EndpointsFor(const RealmId& realm,
                                                 const std::vector<DatasetName>& datasets) const {
  std::vector<DataEndpoint> out;
  for (const auto& [key, worker] : workers_) {
    if (!OffersData(key, worker, realm)) continue;
    DataEndpoint endpoint{key.worker, worker.frame.data_endpoint, {}};
    for (const DatasetName& dataset : datasets) {
      if (Serves(worker, dataset)) endpoint.datasets.push_back(dataset);
    }
    if (!endpoint.datasets.empty()) out.push_back(std::move(endpoint));
  }
  return out;
}

void Dispatch::SendFrames(const std::function<MigrationPtr(const MigrationKey&)>& find,
                          Moment now) {
  const absl::Duration nearly_due = options_.frame_period * 9 / 10;
  for (auto& [key, worker] : workers_) {
    if (worker.session == 0) continue;
    if (!worker.dirty && now.mono < worker.frame_sent + nearly_due) continue;
    worker.link->Send(MakeFrame(&worker, find));
    worker.frame_sent = now.mono;
    worker.dirty = false;
  }
}

CoordinatorFrame Dispatch::MakeFrame(Worker* worker,
                                     const std::function<MigrationPtr(const MigrationKey&)>& find) {
  CoordinatorFrame out;
  out.frame = ++worker->frames_sent;
  out.lease = options_.lease;
  out.frame_period = options_.frame_period;
  out.drain_order = worker->drain_order;
  out.jobs.reserve(worker->leases.size());
  for (auto& [id, lease] : worker->leases) {
    if (lease.told_in_frame == 0) lease.told_in_frame = out.frame;
    if (lease.stopping) continue;
    if (lease.listed_by_worker) {
      JobOrder& known = out.jobs.emplace_back();
      known.job_id = id;
      known.generation = options_.generation;
      known.epoch = lease.epoch;
      known.known = true;
      continue;
    }
    const MigrationPtr m = find(lease.key);
    if (m != nullptr) out.jobs.push_back(MakeOrder(lease, id, *m));
  }
  return out;
}

JobOrder Dispatch::MakeOrder(const Lease& lease, const std::string& job_id,
                             const Migration& m) const {
  const Job* job = FindJob(m, lease.number);
  REALM_CHECK(job != nullptr && job->epoch == lease.epoch,
              "an order for a lease that is not durable");
  const Transfer* transfer = FindTransfer(m, job->transfer);
  REALM_CHECK(transfer != nullptr);
  JobOrder out;
  out.job_id = job_id;
  out.epoch = lease.epoch;
  out.kind = job->kind;
  out.key = m.key;
  out.transfer = job->transfer;
  out.generation = options_.generation;
  out.source = m.source;
  out.target = m.target;
  out.datasets = transfer->datasets;
  out.seal_source = job->seals;
  const std::vector<DatasetName> at_source = DatasetsAtSource(m, *job);
  if (job->seals) out.seal_datasets = at_source;
  if (job->kind == JobKind::kPurge) out.manifest = transfer->manifest;
  out.digest_key = m.digest_key;
  out.source_endpoints = EndpointsFor(m.source, at_source);
  out.holder = job->worker;
  out.records_done_before = job->counters.records_done;
  out.scheduled_generation = m.scheduled_generation;
  return out;
}

absl::Duration Dispatch::NextDue(Moment now) const {
  absl::Duration next = absl::InfiniteDuration();
  for (const auto& [key, worker] : workers_) {
    if (worker.session != 0) {
      next = std::min(next, worker.frame_sent + options_.frame_period - now.mono);
      if (worker.dirty) next = absl::ZeroDuration();
    }
    if (!worker.leases.empty()) next = std::min(next, worker.heard + options_.lease - now.mono);
  }
  return std::max(next, absl::ZeroDuration());
}

}  // namespace realm::coordinator
