#include "coordinator/ctl/tenant_move.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "common/status_macros.h"
#include "coordinator/ctl/demo_defaults.h"
#include "coordinator/ctl/demo_screen.h"
#include "coordinator/ctl/format.h"
#include "coordinator/ctl/progress_text.h"

namespace realm::ctl {

TenantMove::TenantMove(MoveOrder order, Platform& platform, Connection& connection,
                       const Clock& clock, Say say)
    : order_(std::move(order)),
      platform_(platform),
      connection_(connection),
      clock_(clock),
      say_(std::move(say)) {}

absl::Status TenantMove::Begin() {
  const absl::Time now = clock_.Now();
  hooks_order_ = {order_.migration_id, order_.target_realm, now, now + demo::kWindow};
  RETURN_IF_ERROR(SendHook("schedule", "scheduled",
                           absl::StrCat(order_.source_realm, " -> ", order_.target_realm,
                                        ", window ", FormatSpan(demo::kWindow))));
  return SendHook("start", "copying");
}

absl::Status TenantMove::Advance() {
  ASSIGN_OR_RETURN(const StatusAnswer answer,
                   platform_.PollStatus(order_.source, order_.migration_id));
  if (answer.status == "failed") {
    ASSIGN_OR_RETURN(const v1::Migration migration, Look());
    return absl::InternalError(absl::StrCat("the migration of ", order_.source.client_key,
                                            " failed: ", migration.failure().message()));
  }
  if (phase_ == Phase::kCopying && answer.status == "ready-to-commit") return Commit();
  if (phase_ == Phase::kCommitting && answer.status == "committed") return End();
  return absl::OkStatus();
}

absl::Status TenantMove::SendHook(absl::string_view hook, absl::string_view status,
                                  absl::string_view remark) {
  RETURN_IF_ERROR(platform_.SendExpecting(order_.source, hook, hooks_order_, status));
  Tell("POST", absl::StrCat("/", hook), status, remark);
  return absl::OkStatus();
}

absl::Status TenantMove::Commit() {
  ASSIGN_OR_RETURN(const v1::Migration migration, Look());
  int64_t rows = 0;
  int64_t bytes = 0;
  for (const v1::Transfer& transfer : migration.transfers()) {
    rows += RecordsOf(transfer);
    bytes += BytesOf(transfer);
  }
  Tell("GET", "/status", "ready-to-commit",
       absl::StrCat(FormatCount(rows), " rows, ", FormatBytes(bytes), " copied and found equal"));
  RETURN_IF_ERROR(SendHook(
      "commit", "committing",
      absl::StrCat("sealed in ", order_.source_realm, ": triggers refuse the app's writes")));
  ASSIGN_OR_RETURN(const HttpReply reply, platform_.ReportTraffic(order_.target));
  if (reply.status != 200) {
    return absl::InternalError(absl::StrCat("seen was answered ", reply.status, " ", reply.body));
  }
  Tell(
      "POST", "/seen", "",
      absl::StrCat("a request at the URL of ", order_.target_realm, ": the platform has switched"));
  phase_ = Phase::kCommitting;
  return absl::OkStatus();
}

absl::Status TenantMove::End() {
  ASSIGN_OR_RETURN(const v1::Migration migration, Look());
  int64_t rows = 0;
  for (const v1::Transfer& transfer : migration.transfers()) {
    if (!transfer.purged()) return absl::InternalError("committed, and not everything is purged");
    rows += RecordsOf(transfer);
  }
  Tell("GET", "/status", "committed",
       absl::StrCat(FormatCount(rows), " rows deleted in ", order_.source_realm,
                    ", 0 left (scanned again)"));
  phase_ = Phase::kCommitted;
  return absl::OkStatus();
}

void TenantMove::Tell(absl::string_view method, absl::string_view path, absl::string_view answer,
                      absl::string_view remark) {
  if (say_ != nullptr) say_(HookLine(method, path, 200, answer, remark));
}

absl::StatusOr<v1::Progress> TenantMove::LookAtProgress() {
  ASSIGN_OR_RETURN(const v1::Migration migration, Look());
  v1::Progress sum;
  for (const v1::Transfer& transfer : migration.transfers()) {
    const v1::Progress now = ProgressOf(migration, transfer);
    sum.set_records_done(sum.records_done() + now.records_done());
    sum.set_bytes_done(sum.bytes_done() + now.bytes_done());
  }
  return sum;
}

absl::StatusOr<v1::Migration> TenantMove::Look() const {
  v1::GetMigrationRequest request;
  request.mutable_ref()->set_app_id(order_.source.app_key);
  request.mutable_ref()->set_tenant_id(order_.source.client_key);
  request.mutable_ref()->set_migration_id(order_.migration_id);
  ASSIGN_OR_RETURN(
      const v1::GetMigrationResponse response,
      connection_.Call(connection_.admin(), &v1::AdminService::Stub::GetMigration, request));
  return response.migration();
}

}  // namespace realm::ctl
