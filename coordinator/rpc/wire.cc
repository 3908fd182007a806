#include "coordinator/rpc/wire.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/digest.h"
#include "common/json_text.h"
#include "common/limits.h"
#include "common/random.h"
#include "common/status_macros.h"
#include "common/strings.h"
#include "coordinator/core/directory.h"
#include "coordinator/core/refusal.h"
#include "coordinator/rpc/error_info.h"

namespace realm::coordinator {
namespace {

namespace v1 = ::realm::v1;

// What the hash of a body is when the caller has none: of what it says.
std::string HashOf(const HookInput& hook) {
  std::string text = absl::StrCat(ToString(hook.hook), "\n", hook.location, "\n");
  if (hook.window) {
    absl::StrAppend(&text, absl::ToUnixMicros(hook.window->start), "\n",
                    absl::ToUnixMicros(hook.window->end));
  }
  return Sha256(text);
}

absl::Status ReadBody(const v1::HookBody& body, HookInput* out) {
  if (body.location().size() > kRealmCodeBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("body.location is ", body.location().size(),
                                                   " bytes; a realm code has at most ",
                                                   kRealmCodeBytesMax));
  }
  out->location = body.location();
  if (body.has_start_time() != body.has_end_time()) {
    return absl::InvalidArgumentError(
        "body has one of start_time and end_time; it must have both or neither");
  }
  if (body.has_start_time()) {
    out->window = Window{FromProto(body.start_time()), FromProto(body.end_time())};
  }
  return absl::OkStatus();
}

ReportInput::Outcome OutcomeOf(v1::JobReport::State state) {
  switch (state) {
    case v1::JobReport::STATE_DONE:
      return ReportInput::Outcome::kDone;
    case v1::JobReport::STATE_FAILED_FOR_GOOD:
      return ReportInput::Outcome::kFailedForGood;
    case v1::JobReport::STATE_RETURNED:
      return ReportInput::Outcome::kReturned;
    default:
      return ReportInput::Outcome::kFailed;
  }
}

TableManifest FromProto(const v1::TableManifest& in) {
  TableManifest out;
  out.dataset = DatasetName(in.dataset());
  out.table = in.table();
  out.records = in.records();
  out.bytes = in.bytes();
  out.root = in.root_digest();
  return out;
}

JobStatus FromProto(const v1::JobReport& in) {
  JobStatus out;
  out.job_id = in.job_id();
  out.generation = in.generation();
  out.epoch = in.epoch();
  out.finished =
      in.state() != v1::JobReport::STATE_RUNNING && in.state() != v1::JobReport::STATE_UNSPECIFIED;
  out.outcome = OutcomeOf(in.state());
  out.phase = in.phase();
  out.counters = Counters{in.records_done(), in.records_total_estimate(), in.bytes_done(),
                          in.bytes_total_estimate(), in.totals_exact()};
  out.error = ToStr(CutText(in.error(), kErrorTextBytesMax));
  for (const v1::TableManifest& table : in.manifest())
    out.manifest.push_back(FromProto(table));
  out.records_left = in.records_left();
  out.fenced_count = in.fenced_count();
  out.pages_repeated = in.pages_repeated();
  out.records_erased = in.records_erased();
  return out;
}

// So many of anything no job moves, and the sums of all jobs of a migration stay numbers.
constexpr int64_t kCountMax = int64_t{1} << 56;

absl::Status CheckCounts(const v1::JobReport& in) {
  const std::pair<absl::string_view, int64_t> counts[] = {
      {"records_done", in.records_done()},
      {"records_total_estimate", in.records_total_estimate()},
      {"bytes_done", in.bytes_done()},
      {"bytes_total_estimate", in.bytes_total_estimate()},
      {"fenced_count", in.fenced_count()},
      {"records_left", in.records_left()},
      {"pages_repeated", in.pages_repeated()},
      {"records_erased", in.records_erased()},
  };
  for (const auto& [field, count] : counts) {
    if (count >= 0 && count <= kCountMax) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("jobs.", field, " is ", count, "; it must be 0 to ", kCountMax));
  }
  return absl::OkStatus();
}

absl::Status CheckFrame(const v1::AttachRequest& in) {
  if (in.protocol() != 1) {
    return absl::FailedPreconditionError(
        absl::StrCat("protocol is ", in.protocol(), "; this coordinator speaks 1"));
  }
  RETURN_IF_ERROR(CheckId("worker_id", in.worker_id()));
  RETURN_IF_ERROR(CheckId("realm", in.realm()));
  if (in.slots() < 0 || in.slots() > kWorkerSlotsMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("slots is ", in.slots(), "; it must be 0 to ", kWorkerSlotsMax));
  }
  for (const v1::JobReport& job : in.jobs())
    RETURN_IF_ERROR(CheckCounts(job));
  return absl::OkStatus();
}

}  // namespace

google::protobuf::Timestamp ToProto(absl::Time time) {
  // What a Timestamp can hold, the years 1 to 9999, to the microsecond.
  constexpr int64_t kFirst = -62135596800;
  constexpr int64_t kLast = 253402300799;
  time = std::clamp(time, absl::FromUnixSeconds(kFirst), absl::FromUnixSeconds(kLast));
  google::protobuf::Timestamp out;
  const int64_t seconds = absl::ToUnixSeconds(time);
  out.set_seconds(seconds);
  const absl::Duration fraction = time - absl::FromUnixSeconds(seconds);
  out.set_nanos(static_cast<int32_t>(absl::ToInt64Microseconds(fraction) * 1000));
  return out;
}

absl::Time FromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

v1::MigrationRef ToProto(const MigrationKey& key) {
  v1::MigrationRef out;
  out.set_app_id(key.app.value());
  out.set_tenant_id(key.tenant.value());
  out.set_migration_id(key.migration.value());
  return out;
}

absl::Status CheckId(absl::string_view field, absl::string_view value) {
  if (value.empty()) return absl::InvalidArgumentError(absl::StrCat(field, " is missing"));
  if (value.size() > kIdBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, " is ", value.size(), " bytes; an id has at most ", kIdBytesMax));
  }
  return absl::OkStatus();
}

absl::StatusOr<TenantKey> ReadTenantKey(const std::string& app, const std::string& tenant) {
  RETURN_IF_ERROR(CheckId("app_id", app));
  RETURN_IF_ERROR(CheckId("tenant_id", tenant));
  return TenantKey{AppId(app), TenantId(tenant)};
}

absl::StatusOr<MigrationKey> FromProto(const v1::MigrationRef& ref) {
  RETURN_IF_ERROR(CheckId("ref.app_id", ref.app_id()));
  RETURN_IF_ERROR(CheckId("ref.tenant_id", ref.tenant_id()));
  if (!ref.migration_id().empty()) {
    RETURN_IF_ERROR(CheckId("ref.migration_id", ref.migration_id()));
  }
  return MigrationKey{AppId(ref.app_id()), TenantId(ref.tenant_id()),
                      MigrationId(ref.migration_id())};
}

absl::StatusOr<HookInput> FromProto(Hook hook, const v1::HookOrigin& origin,
                                    const v1::HookBody* body) {
  RETURN_IF_ERROR(CheckId("origin.app_id", origin.app_id()));
  RETURN_IF_ERROR(CheckId("origin.tenant_id", origin.tenant_id()));
  if (!origin.migration_id().empty()) {
    RETURN_IF_ERROR(CheckId("origin.migration_id", origin.migration_id()));
  }
  HookInput out;
  out.hook = hook;
  out.key = MigrationKey{AppId(origin.app_id()), TenantId(origin.tenant_id()),
                         MigrationId(origin.migration_id())};
  out.platform = origin.platform();
  if (body != nullptr) RETURN_IF_ERROR(ReadBody(*body, &out));
  out.body_sha256 = origin.body_sha256().empty() ? HashOf(out) : origin.body_sha256();
  if (hook == Hook::kSchedule) out.digest_key = RandomBytes(kDigestBytes);
  return out;
}

v1::Tenant ToProto(const Tenant& in, uint64_t generation) {
  v1::Tenant out;
  out.set_app_id(in.key.app.value());
  out.set_tenant_id(in.key.tenant.value());
  out.set_realm(in.realm.value());
  out.set_epoch(in.epoch);
  out.set_writable(in.writable);
  out.set_read_through_realm(in.read_through.value());
  out.set_installed(in.installed);
  *out.mutable_since_time() = ToProto(in.since);
  out.set_reason(in.reason);
  out.set_migration_id(in.active.value());
  out.set_in_doubt(IsInDoubt(in, generation));
  for (const PreviousRealm& p : in.previous)
    *out.add_previous_realms() = ToProto(p);
  return out;
}

v1::PreviousRealm ToProto(const PreviousRealm& in) {
  v1::PreviousRealm out;
  out.set_realm(in.realm.value());
  *out.mutable_from_time() = ToProto(in.from);
  *out.mutable_until_time() = ToProto(in.until);
  out.set_reason(in.reason);
  out.set_epoch(in.epoch);
  return out;
}

v1::Installation ToProto(const Installation& in) {
  v1::Installation out;
  out.set_app_id(in.key.app.value());
  out.set_tenant_id(in.key.tenant.value());
  out.set_platform(in.platform);
  out.set_sealed_secret(in.sealed_secret);
  out.set_previous_sealed_secret(in.previous_sealed_secret);
  if (in.previous_secret_expires != absl::InfinitePast()) {
    *out.mutable_previous_secret_expire_time() = ToProto(in.previous_secret_expires);
  }
  out.set_site_base_url(in.site_base_url);
  out.set_installed(in.installed);
  *out.mutable_update_time() = ToProto(in.updated);
  out.set_linked_id(in.linked_id);
  return out;
}

absl::StatusOr<Installation> FromProto(const v1::Installation& in) {
  RETURN_IF_ERROR(CheckId("installation.app_id", in.app_id()));
  RETURN_IF_ERROR(CheckId("installation.tenant_id", in.tenant_id()));
  if (in.ByteSizeLong() > kHookBodyBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("installation is larger than ", kHookBodyBytesMax, " bytes"));
  }
  Installation out;
  out.key = TenantKey{AppId(in.app_id()), TenantId(in.tenant_id())};
  out.platform = in.platform();
  out.sealed_secret = in.sealed_secret();
  out.previous_sealed_secret = in.previous_sealed_secret();
  if (in.has_previous_secret_expire_time()) {
    out.previous_secret_expires = FromProto(in.previous_secret_expire_time());
  }
  out.site_base_url = in.site_base_url();
  out.linked_id = in.linked_id();
  return out;
}

v1::Event ToProto(const AuditRecord& in) {
  v1::Event out;
  out.set_sequence(in.sequence);
  *out.mutable_time() = ToProto(in.time);
  *out.mutable_ref() = ToProto(in.key);
  out.set_actor(in.actor);
  out.set_input(in.input);
  out.set_detail(in.detail);
  out.set_state_before(std::string(ToString(in.before)));
  out.set_state_after(std::string(ToString(in.after)));
  out.set_epoch(in.epoch);
  out.set_hash(in.hash);
  return out;
}

v1::Worker ToProto(const FleetWorker& in) {
  v1::Worker out;
  out.set_worker_id(in.key.worker.value());
  out.set_realm(in.key.realm.value());
  out.set_version(in.version);
  out.set_data_endpoint(in.data_endpoint);
  for (const DatasetName& d : in.datasets)
    out.add_datasets(d.value());
  out.set_slots(in.slots);
  out.set_slots_used(in.slots_used);
  out.set_draining(in.draining);
  *out.mutable_last_seen_time() = ToProto(in.last_seen);
  out.set_fenced_count(in.fenced_count);
  if (in.drain_order) *out.mutable_drain_order() = ToProto(*in.drain_order);
  return out;
}

v1::DrainOrder ToProto(const DrainOrder& in) {
  v1::DrainOrder out;
  out.set_reason(in.reason);
  out.set_actor(in.actor);
  *out.mutable_order_time() = ToProto(in.time);
  return out;
}

absl::StatusOr<WorkerFrame> FromProto(const v1::AttachRequest& in) {
  RETURN_IF_ERROR(CheckFrame(in));
  WorkerFrame out;
  out.worker = WorkerKey{RealmId(in.realm()), WorkerId(in.worker_id())};
  out.version = in.version();
  out.data_endpoint = in.data_endpoint();
  for (const std::string& d : in.datasets())
    out.datasets.emplace_back(d);
  out.slots = in.slots();
  out.fenced_count = in.fenced_count();
  out.draining = in.draining();
  if (in.has_drain_order()) {
    const v1::DrainOrder& order = in.drain_order();
    out.drain_order = DrainOrder{order.reason(), order.actor(), FromProto(order.order_time())};
  }
  out.incarnation = in.incarnation();
  out.seen_frame = in.seen_frame();
  out.jobs.reserve(static_cast<size_t>(in.jobs_size()));
  for (const v1::JobReport& job : in.jobs())
    out.jobs.push_back(FromProto(job));
  return out;
}

void ToProto(const JobOrder& in, v1::JobOrder* out) {
  out->set_job_id(in.job_id);
  out->set_generation(in.generation);
  out->set_epoch(in.epoch);
  out->set_known(in.known);
  if (in.known) return;
  out->set_kind(static_cast<v1::Job::Kind>(in.kind));
  *out->mutable_ref() = ToProto(in.key);
  out->set_transfer_name(in.transfer.value());
  out->set_source_realm(in.source.value());
  out->set_target_realm(in.target.value());
  for (const DatasetName& d : in.datasets)
    out->add_datasets(d.value());
  out->set_seal_source(in.seal_source);
  for (const DatasetName& d : in.seal_datasets)
    out->add_seal_datasets(d.value());
  for (const TableManifest& t : in.manifest) {
    v1::TableManifest* table = out->add_manifest();
    table->set_dataset(t.dataset.value());
    table->set_table(t.table);
    table->set_records(t.records);
    table->set_bytes(t.bytes);
    table->set_root_digest(t.root);
  }
  out->set_digest_key(in.digest_key);
  for (const DataEndpoint& e : in.source_endpoints) {
    v1::DataEndpoint* endpoint = out->add_source_endpoints();
    endpoint->set_worker_id(e.worker.value());
    endpoint->set_address(e.address);
    for (const DatasetName& d : e.datasets)
      endpoint->add_datasets(d.value());
  }
  out->set_records_done_before(in.records_done_before);
  out->set_scheduled_generation(in.scheduled_generation);
}

absl::Status WithReason(const absl::Status& status) {
  const std::optional<Refusal> refusal = RefusalOf(status);
  if (refusal) {
    ErrorInfo info;
    info.reason = std::string(ToString(*refusal));
    info.metadata[std::string(kErrorResponseCode)] = std::string(ErrorResponseCode(*refusal));
    return MakeError(status.code(), info, status.message());
  }
  ErrorInfo info;
  if (absl::IsUnavailable(status)) {
    info.reason = "UNAVAILABLE";
    info.retry_delay = absl::Seconds(5);
    return MakeError(status.code(), info, status.message());
  }
  if (absl::IsInvalidArgument(status)) {
    info.reason = "INVALID";
    info.metadata[std::string(kErrorResponseCode)] = "E9999";
    return MakeError(status.code(), info, status.message());
  }
  return status;
}

}  // namespace realm::coordinator
