#include <cstdint>
#include <utility>

#include "common/status_macros.h"
#include "coordinator/store/row_fields.h"
#include "coordinator/store/rows.h"
#include "realm/store/v1/rows.pb.h"

namespace realm::coordinator {
namespace {

namespace pb = ::realm::store::v1;

void Encode(const Terms& in, pb::TermsRow* out) {
  out->set_switch_order(static_cast<uint32_t>(in.switch_order));
  out->set_retry_horizon(ToMicros(in.retry_horizon));
  if (in.accept_elapsed) out->set_accept_elapsed(ToMicros(*in.accept_elapsed));
  out->set_purge_grace(ToMicros(in.purge_grace));
  out->set_seal_at_ready(in.seal_at_ready);
  out->set_max_duration(ToMicros(in.max_duration));
  out->set_margin(ToMicros(in.margin));
  out->set_stuck_after(ToMicros(in.stuck_after));
}

absl::StatusOr<Terms> Decode(const pb::TermsRow& in) {
  Terms out;
  ASSIGN_OR_RETURN(out.switch_order, ToEnum(in.switch_order(), SwitchOrder::kAfterCommit,
                                            SwitchOrder::kBeforeCommit, "switch order"));
  out.retry_horizon = absl::Microseconds(in.retry_horizon());
  if (in.has_accept_elapsed()) out.accept_elapsed = absl::Microseconds(in.accept_elapsed());
  out.purge_grace = absl::Microseconds(in.purge_grace());
  out.seal_at_ready = in.seal_at_ready();
  out.max_duration = absl::Microseconds(in.max_duration());
  out.margin = absl::Microseconds(in.margin());
  out.stuck_after = absl::Microseconds(in.stuck_after());
  return out;
}

void Encode(const Transfer& in, pb::TransferRow* out) {
  out->set_name(in.name.value());
  out->set_blocking(in.blocking);
  for (const DatasetName& d : in.datasets)
    out->add_datasets(d.value());
  out->set_verified_epoch(in.verified_epoch);
  out->set_sealed_verified_epoch(in.sealed_verified_epoch);
  for (const TableManifest& t : in.manifest) {
    pb::TableManifestRow* row = out->add_manifest();
    row->set_dataset(t.dataset.value());
    row->set_table(t.table);
    row->set_records(t.records);
    row->set_bytes(t.bytes);
    row->set_root(t.root);
  }
  out->set_opened_epoch(in.opened_epoch);
  out->set_purged_epoch(in.purged_epoch);
  out->set_erased_epoch(in.erased_epoch);
  out->set_unsealed_epoch(in.unsealed_epoch);
  out->set_closed_epoch(in.closed_epoch);
}

Transfer Decode(const pb::TransferRow& in) {
  Transfer out;
  out.name = TransferName(in.name());
  out.blocking = in.blocking();
  for (const std::string& d : in.datasets())
    out.datasets.emplace_back(d);
  out.verified_epoch = in.verified_epoch();
  out.sealed_verified_epoch = in.sealed_verified_epoch();
  for (const pb::TableManifestRow& row : in.manifest()) {
    TableManifest t;
    t.dataset = DatasetName(row.dataset());
    t.table = row.table();
    t.records = row.records();
    t.bytes = row.bytes();
    t.root = row.root();
    out.manifest.push_back(std::move(t));
  }
  out.opened_epoch = in.opened_epoch();
  out.purged_epoch = in.purged_epoch();
  out.erased_epoch = in.erased_epoch();
  out.unsealed_epoch = in.unsealed_epoch();
  out.closed_epoch = in.closed_epoch();
  return out;
}

void Encode(const Counters& in, pb::CountersRow* out) {
  out->set_records_done(in.records_done);
  out->set_records_total(in.records_total);
  out->set_bytes_done(in.bytes_done);
  out->set_bytes_total(in.bytes_total);
  out->set_totals_exact(in.totals_exact);
}

Counters Decode(const pb::CountersRow& in) {
  Counters out;
  out.records_done = in.records_done();
  out.records_total = in.records_total();
  out.bytes_done = in.bytes_done();
  out.bytes_total = in.bytes_total();
  out.totals_exact = in.totals_exact();
  return out;
}

void Encode(const Job& in, pb::JobRow* out) {
  out->set_number(in.number);
  out->set_kind(static_cast<uint32_t>(in.kind));
  out->set_transfer(in.transfer.value());
  out->set_realm(in.realm.value());
  out->set_seals(in.seals);
  out->set_final_pass(in.final_pass);
  out->set_state(static_cast<uint32_t>(in.state));
  out->set_stopping(in.stopping);
  out->set_attempt(in.attempt);
  out->set_epoch(in.epoch);
  out->set_worker(in.worker.value());
  out->set_leased_at(ToMicros(in.leased_at));
  out->set_failures(in.failures);
  out->set_not_before(ToMicros(in.not_before));
  out->set_last_error(in.last_error);
  Encode(in.counters, out->mutable_counters());
  out->set_created(ToMicros(in.created));
}

absl::StatusOr<Job> Decode(const pb::JobRow& in) {
  Job out;
  out.number = in.number();
  ASSIGN_OR_RETURN(out.kind, ToEnum(in.kind(), JobKind::kCopy, JobKind::kClose, "job kind"));
  out.transfer = TransferName(in.transfer());
  out.realm = RealmId(in.realm());
  out.seals = in.seals();
  out.final_pass = in.final_pass();
  ASSIGN_OR_RETURN(out.state,
                   ToEnum(in.state(), JobState::kWaiting, JobState::kCancelled, "job state"));
  out.stopping = in.stopping();
  out.attempt = in.attempt();
  out.epoch = in.epoch();
  out.worker = WorkerId(in.worker());
  out.leased_at = ToTime(in.leased_at());
  out.failures = in.failures();
  out.not_before = ToTime(in.not_before());
  out.last_error = in.last_error();
  out.counters = Decode(in.counters());
  out.created = ToTime(in.created());
  return out;
}

absl::Status DecodeParts(const pb::MigrationRow& in, Migration* out) {
  for (const pb::TransferRow& row : in.transfers())
    out->transfers.push_back(Decode(row));
  for (const pb::JobRow& row : in.jobs()) {
    ASSIGN_OR_RETURN(Job job, Decode(row));
    out->jobs.push_back(std::move(job));
  }
  for (const pb::ReceiptRow& row : in.receipts()) {
    Receipt receipt;
    ASSIGN_OR_RETURN(receipt.hook, ToEnum(row.hook(), Hook::kSchedule, Hook::kRollback, "hook"));
    receipt.body_sha256 = row.body_sha256();
    receipt.status = row.status();
    receipt.time = ToTime(row.time());
    out->receipts.push_back(std::move(receipt));
  }
  if (in.has_proof()) {
    out->proof = SwitchProof{in.proof().kind(), ToTime(in.proof().time()), in.proof().actor()};
  }
  if (in.has_failure()) out->failure = Failure{in.failure().reason(), in.failure().message()};
  return absl::OkStatus();
}

}  // namespace

std::string EncodeRow(const Migration& in) {
  pb::MigrationRow& out = Emptied<pb::MigrationRow>();
  out.set_app(in.key.app.value());
  out.set_tenant(in.key.tenant.value());
  out.set_migration(in.key.migration.value());
  out.set_uid(in.uid);
  out.set_version(in.version);
  out.set_state(static_cast<uint32_t>(in.state));
  out.set_source(in.source.value());
  out.set_target(in.target.value());
  out.set_no_op(in.no_op);
  out.set_platform(in.platform);
  out.set_window_start(ToMicros(in.window.start));
  out.set_window_end(ToMicros(in.window.end));
  Encode(in.terms, out.mutable_terms());
  for (const Transfer& t : in.transfers)
    Encode(t, out.add_transfers());
  for (const Job& j : in.jobs)
    Encode(j, out.add_jobs());
  for (const Receipt& r : in.receipts) {
    pb::ReceiptRow* row = out.add_receipts();
    row->set_hook(static_cast<uint32_t>(r.hook));
    row->set_body_sha256(r.body_sha256);
    row->set_status(r.status);
    row->set_time(ToMicros(r.time));
  }
  out.set_last_epoch(in.last_epoch);
  out.set_created(ToMicros(in.created));
  out.set_updated(ToMicros(in.updated));
  out.set_entered(ToMicros(in.entered));
  out.set_started(ToMicros(in.started));
  out.set_switched(ToMicros(in.switched));
  out.set_commit_answered(ToMicros(in.commit_answered));
  if (in.proof) {
    out.mutable_proof()->set_kind(in.proof->kind);
    out.mutable_proof()->set_time(ToMicros(in.proof->time));
    out.mutable_proof()->set_actor(in.proof->actor);
  }
  out.set_source_seen(ToMicros(in.source_seen));
  out.set_counter_proof(in.counter_proof);
  if (in.failure) {
    out.mutable_failure()->set_reason(in.failure->reason);
    out.mutable_failure()->set_message(in.failure->message);
  }
  out.set_stuck(in.stuck);
  out.set_digest_key(in.digest_key);
  out.set_generation(in.generation);
  out.set_outdated(in.outdated);
  out.set_scheduled_generation(in.scheduled_generation);
  return out.SerializeAsString();
}

absl::StatusOr<Migration> DecodeMigration(absl::string_view bytes) {
  pb::MigrationRow& in = Emptied<pb::MigrationRow>();
  RETURN_IF_ERROR(Parse(bytes, &in));
  Migration out;
  out.key = MigrationKey{AppId(in.app()), TenantId(in.tenant()), MigrationId(in.migration())};
  if (in.app().empty() || in.tenant().empty() || in.migration().empty()) {
    return Damaged("a migration without its name");
  }
  out.uid = in.uid();
  out.version = in.version();
  ASSIGN_OR_RETURN(out.state,
                   ToEnum(in.state(), State::kScheduled, State::kCancelled, "migration state"));
  out.source = RealmId(in.source());
  out.target = RealmId(in.target());
  out.no_op = in.no_op();
  out.platform = in.platform();
  out.window = Window{ToTime(in.window_start()), ToTime(in.window_end())};
  ASSIGN_OR_RETURN(out.terms, Decode(in.terms()));
  RETURN_IF_ERROR(DecodeParts(in, &out));
  out.last_epoch = in.last_epoch();
  out.created = ToTime(in.created());
  out.updated = ToTime(in.updated());
  out.entered = ToTime(in.entered());
  out.started = ToTime(in.started());
  out.switched = ToTime(in.switched());
  out.commit_answered = ToTime(in.commit_answered());
  out.source_seen = ToTime(in.source_seen());
  out.counter_proof = in.counter_proof();
  out.stuck = in.stuck();
  out.digest_key = in.digest_key();
  out.generation = in.generation();
  out.outdated = in.outdated();
  out.scheduled_generation = in.scheduled_generation();
  return out;
}

}  // namespace realm::coordinator
