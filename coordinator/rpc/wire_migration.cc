// A migration as observers see it.
#include <algorithm>

#include "coordinator/core/view.h"
#include "coordinator/rpc/wire.h"

namespace realm::coordinator {
namespace {

namespace v1 = ::realm::v1;

void Put(const Counters& in, v1::Progress* out) {
  out->set_records_done(in.records_done);
  out->set_records_total_estimate(in.records_total);
  out->set_bytes_done(in.bytes_done);
  out->set_bytes_total_estimate(in.bytes_total);
  out->set_totals_exact(in.totals_exact);
}

v1::Blocker BlockerToProto(const Wait& wait, const std::string& job_id) {
  v1::Blocker out;
  out.set_reason(wait.reason);
  out.set_detail(wait.detail);
  if (wait.since != absl::InfinitePast()) *out.mutable_since_time() = ToProto(wait.since);
  out.set_job_id(job_id);
  return out;
}

const LiveJob* FindLive(const Fleet& fleet, const std::string& job_id) {
  const auto found = fleet.jobs.find(job_id);
  return found == fleet.jobs.end() ? nullptr : &found->second;
}

// The progress of a transfer is that of its newest job.
v1::Transfer TransferToProto(const Transfer& in, const v1::Migration& migration) {
  v1::Transfer out;
  out.set_transfer_name(in.name.value());
  out.set_blocking(in.blocking);
  out.set_verified(in.verified_epoch != 0);
  out.set_opened(in.opened_epoch != 0);
  out.set_purged(in.purged_epoch != 0);
  for (const DatasetName& d : in.datasets)
    out.add_datasets(d.value());
  for (const TableManifest& t : in.manifest) {
    v1::TableManifest* table = out.add_manifest();
    table->set_dataset(t.dataset.value());
    table->set_table(t.table);
    table->set_records(t.records);
    table->set_bytes(t.bytes);
    table->set_root_digest(t.root);
  }
  for (const v1::Job& job : migration.jobs()) {
    if (job.transfer_name() != in.name.value() || job.kind() != v1::Job::KIND_COPY) continue;
    // A later pass copies only what changed; what the first one did stands.
    if (job.progress().records_done() >= out.progress().records_done()) {
      *out.mutable_progress() = job.progress();
    }
  }
  return out;
}

void AddBlockers(const Migration& m, const Fleet& fleet, absl::Time now, v1::Migration* out) {
  if (const auto wait = WhyMigrationWaits(m)) *out->add_blockers() = BlockerToProto(*wait, "");
  for (const Job& job : m.jobs) {
    if (job.state != JobState::kWaiting) continue;
    auto wait = WhyJobWaits(m, job, now);
    if (!wait) wait = WhyNoWorker(fleet, m, job);
    if (!wait) wait = Wait{"WORKER_BUSY", "about to be leased", job.created};
    *out->add_blockers() = BlockerToProto(*wait, JobIdOf(m, job));
  }
}

void AddTimes(const Migration& m, v1::Migration* out) {
  *out->mutable_window_start_time() = ToProto(m.window.start);
  *out->mutable_window_end_time() = ToProto(m.window.end);
  *out->mutable_create_time() = ToProto(m.created);
  *out->mutable_update_time() = ToProto(m.updated);
  *out->mutable_state_enter_time() = ToProto(m.entered);
  if (m.switched != absl::InfinitePast()) {
    *out->mutable_purge_not_before_time() = ToProto(PurgeNotBefore(m));
  }
}

void AddTotals(v1::Migration* out) {
  v1::Progress* total = out->mutable_progress();
  total->set_totals_exact(true);
  for (const v1::Transfer& t : out->transfers()) {
    const v1::Progress& p = t.progress();
    total->set_records_done(total->records_done() + p.records_done());
    total->set_records_total_estimate(total->records_total_estimate() + p.records_total_estimate());
    total->set_bytes_done(total->bytes_done() + p.bytes_done());
    total->set_bytes_total_estimate(total->bytes_total_estimate() + p.bytes_total_estimate());
    total->set_bytes_per_second(total->bytes_per_second() + p.bytes_per_second());
    total->set_totals_exact(total->totals_exact() && p.totals_exact());
  }
}

// While nothing is left but verification the platform's word is "verifying".
std::string LiveStatus(const Migration& m, const v1::Migration& out) {
  if (m.state != State::kCopying) return std::string(StatusWord(m));
  bool any = false;
  for (const v1::Job& job : out.jobs()) {
    if (job.kind() != v1::Job::KIND_COPY || job.state() == v1::Job::STATE_DONE) continue;
    any = true;
    if (job.phase() != "verifying") return "copying";
  }
  return any ? "verifying" : std::string(StatusWord(m));
}

}  // namespace

v1::Job ToProto(const Migration& m, const Job& in, const Fleet& fleet) {
  v1::Job out;
  out.set_job_id(JobIdOf(m, in));
  out.set_kind(static_cast<v1::Job::Kind>(in.kind));
  out.set_transfer_name(in.transfer.value());
  out.set_realm(in.realm.value());
  out.set_state(static_cast<v1::Job::State>(in.state));
  out.set_attempt(in.attempt);
  out.set_epoch(in.epoch);
  out.set_worker_id(in.worker.value());
  out.set_last_error(in.last_error);
  Put(in.counters, out.mutable_progress());
  const LiveJob* live = in.state == JobState::kLeased ? FindLive(fleet, out.job_id()) : nullptr;
  if (live == nullptr) return out;
  out.set_phase(live->phase);
  Counters counters = live->counters;
  counters.records_done = std::max(counters.records_done, in.counters.records_done);
  counters.bytes_done = std::max(counters.bytes_done, in.counters.bytes_done);
  Put(counters, out.mutable_progress());
  out.mutable_progress()->set_bytes_per_second(live->bytes_per_second);
  if (live->last_progress != absl::InfinitePast()) {
    *out.mutable_progress()->mutable_last_progress_time() = ToProto(live->last_progress);
  }
  return out;
}

v1::Migration ToProto(const Migration& m, const Tenant* tenant, const Fleet& fleet,
                      absl::Time now) {
  v1::Migration out;
  *out.mutable_ref() = ToProto(m.key);
  out.set_source_realm(m.source.value());
  out.set_target_realm(m.target.value());
  out.set_state(static_cast<v1::Migration::State>(m.state));
  AddTimes(m, &out);
  for (const Job& job : m.jobs)
    *out.add_jobs() = ToProto(m, job, fleet);
  for (const Transfer& t : m.transfers)
    *out.add_transfers() = TransferToProto(t, out);
  AddTotals(&out);
  AddBlockers(m, fleet, now, &out);
  out.set_status(LiveStatus(m, out));
  if (m.failure) {
    out.mutable_failure()->set_reason(m.failure->reason);
    out.mutable_failure()->set_message(m.failure->message);
    out.mutable_failure()->set_error_response_code("E9999");
  }
  out.set_version(m.version);
  out.set_epoch(m.last_epoch);
  out.set_can_commit(m.state == State::kReadyToCommit);
  if (tenant != nullptr && tenant->writable) out.set_writable_realm(tenant->realm.value());
  out.set_no_op(m.no_op);
  out.set_stuck(m.stuck);
  if (m.proof) {
    out.mutable_switch_proof()->set_kind(m.proof->kind);
    *out.mutable_switch_proof()->mutable_time() = ToProto(m.proof->time);
    out.mutable_switch_proof()->set_actor(m.proof->actor);
  }
  out.set_plan_digest(PlanDigest(m));
  return out;
}

}  // namespace realm::coordinator
