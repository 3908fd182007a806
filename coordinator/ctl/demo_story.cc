#include "coordinator/ctl/demo_story.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "common/status_macros.h"
#include "coordinator/ctl/demo_defaults.h"
#include "coordinator/ctl/format.h"
#include "coordinator/ctl/local_app.h"
#include "coordinator/ctl/local_screen.h"
#include "coordinator/ctl/progress_text.h"
#include "coordinator/ctl/wire_time.h"

namespace realm::ctl {
namespace {

constexpr absl::string_view kMigrationId = "57500";
constexpr int kWatchers = 2;
// Of about 192 pages of 256 KiB.
constexpr absl::string_view kFreezeHalfWay = "copy.after-page=stop@90";

absl::Status Unexpected(absl::string_view what, const HttpReply& reply) {
  return absl::InternalError(absl::StrCat(what, " was answered ", reply.status, " ", reply.body));
}

std::string ArrowText() {
  return absl::StrCat(kSourceRealm, " -> ", kTargetRealm);
}

}  // namespace

DemoStory::DemoStory(const Invocation& invocation, DemoSetup& setup, Fault fault,
                     StopSignals& signals)
    : invocation_(invocation),
      setup_(setup),
      fault_(fault),
      signals_(signals),
      source_(setup.SiteOf(kMovedTenant, kSourceRealm)),
      target_(setup.SiteOf(kMovedTenant, kTargetRealm)),
      board_(invocation.console) {
  const absl::Time now = invocation.clock.Now();
  order_ = {std::string(kMigrationId), std::string(kTargetRealm), now, now + demo::kWindow};
}

absl::Status DemoStory::Play() {
  RETURN_IF_ERROR(Begin());
  RETURN_IF_ERROR(SendHook("schedule", "scheduled",
                           absl::StrCat(ArrowText(), ", window ", FormatSpan(demo::kWindow))));
  began_ = invocation_.clock.Now();
  RETURN_IF_ERROR(SendHook("start", "copying"));
  RETURN_IF_ERROR(BreakHalfWay());
  RETURN_IF_ERROR(PollUntil("ready-to-commit"));
  RETURN_IF_ERROR(SendHook("commit", "committing", absl::StrCat(kSourceRealm, " is sealed")));
  RETURN_IF_ERROR(ReportTraffic());
  RETURN_IF_ERROR(PollUntil("committed"));
  const absl::Duration took = invocation_.clock.Now() - began_;
  RETURN_IF_ERROR(ShowDirectory());
  RETURN_IF_ERROR(CheckStores());
  Print(invocation_.console.Bold(absl::StrCat("\n  Migration ", kMigrationId, " committed in ",
                                              FormatElapsed(took), ". Nothing of ", kMovedTenant,
                                              " is left in ", kSourceRealm, ".\n")));
  return absl::OkStatus();
}

absl::Status DemoStory::Begin() {
  LocalSystem& system = setup_.system();
  RETURN_IF_ERROR(setup_.Seed());
  ASSIGN_OR_RETURN(before_, setup_.ReadStores());
  if (fault_ != Fault::kNone) {
    system.SetEnvironment(kTargetWorker, "REALM_FAILPOINTS", std::string(kFreezeHalfWay));
  }
  RETURN_IF_ERROR(system.StartAll());
  RETURN_IF_ERROR(system.WaitUntilReady());
  ASSIGN_OR_RETURN(connection_, system.Connect());
  for (int i = 0; i < kWatchers; ++i) {
    ASSIGN_OR_RETURN(std::unique_ptr<Connection> own, system.Connect());
    watchers_.push_back(std::make_unique<DirectoryWatcher>(std::move(own), invocation_.clock));
  }
  Print(AddressesText(system, "in a temporary folder"));
  Print(absl::StrCat("  Tenant       ", kMovedTenant, " in ", kSourceRealm, ", ",
                     FormatCount(kCoreRecords + kHistoryRecords), " records, 48.0 MiB\n",
                     "  Neighbours   ", kSourceNeighbour, " in ", kSourceRealm, ", ",
                     kTargetNeighbour, " in ", kTargetRealm, "\n\n"));
  RETURN_IF_ERROR(Install(kSourceNeighbour, kSourceRealm));
  RETURN_IF_ERROR(Install(kTargetNeighbour, kTargetRealm));
  return Install(kMovedTenant, kSourceRealm);
}

absl::Status DemoStory::Install(absl::string_view tenant, absl::string_view realm) {
  const absl::Duration deadline = invocation_.clock.Monotonic() + LocalSystem::kStartPatience;
  HttpReply reply;
  do {
    ASSIGN_OR_RETURN(reply, setup_.platform().Install(setup_.SiteOf(tenant, realm)));
    // The edge listens before it has found the coordinator; the platform tries again too.
  } while (reply.status == 503 && invocation_.clock.Monotonic() < deadline &&
           !signals_.Wait(demo::kPollPeriod));
  if (reply.status != 200) return Unexpected("installed", reply);
  if (tenant == kMovedTenant) {
    Print(HookLine("POST", "/installed", reply.status, "",
                   absl::StrCat(tenant, ", signed by the platform, at the URL of ", realm)));
  }
  return absl::OkStatus();
}

absl::Status DemoStory::SendHook(absl::string_view hook, absl::string_view status,
                                 absl::string_view remark) {
  RETURN_IF_ERROR(setup_.platform().SendExpecting(source_, hook, order_, status));
  Print(HookLine("POST", absl::StrCat("/", hook), 200, status, remark));
  return absl::OkStatus();
}

absl::Status DemoStory::ReportTraffic() {
  ASSIGN_OR_RETURN(const HttpReply reply, setup_.platform().ReportTraffic(target_));
  if (reply.status != 200) return Unexpected("seen", reply);
  Print(HookLine("POST", "/seen", reply.status, "",
                 absl::StrCat("a request of ", kMovedTenant, " at the URL of ", kTargetRealm,
                              ": the platform has switched")));
  return absl::OkStatus();
}

absl::StatusOr<bool> DemoStory::PollOnce(absl::string_view status) {
  ASSIGN_OR_RETURN(const StatusAnswer answer,
                   setup_.platform().PollStatus(source_, order_.migration_id));
  if (answer.status == "failed") {
    ASSIGN_OR_RETURN(const v1::Migration migration, Look());
    return absl::InternalError(
        absl::StrCat("the migration failed: ", migration.failure().message()));
  }
  return answer.status == status;
}

absl::Status DemoStory::PollUntil(absl::string_view status) {
  const absl::Duration deadline = invocation_.clock.Monotonic() + demo::kPatience;
  for (;;) {
    RETURN_IF_ERROR(ShowCopy());
    ASSIGN_OR_RETURN(const bool reached, PollOnce(status));
    if (reached) break;
    if (invocation_.clock.Monotonic() > deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat("the migration is not ", status, " after ", FormatSpan(demo::kPatience)));
    }
    if (signals_.Wait(demo::kPollPeriod)) return absl::CancelledError("interrupted");
  }
  RETURN_IF_ERROR(ShowCopy());
  if (status == "committed") {
    RETURN_IF_ERROR(ShowPurge());
  } else {
    board_.Settle();
  }
  Print(HookLine("GET", "/status", 200, status));
  return absl::OkStatus();
}

absl::StatusOr<v1::Migration> DemoStory::Look() {
  v1::GetMigrationRequest request;
  request.mutable_ref()->set_app_id(std::string(kLocalApp));
  request.mutable_ref()->set_tenant_id(std::string(kMovedTenant));
  request.mutable_ref()->set_migration_id(order_.migration_id);
  ASSIGN_OR_RETURN(
      const v1::GetMigrationResponse response,
      connection_->Call(connection_->admin(), &v1::AdminService::Stub::GetMigration, request));
  return response.migration();
}

absl::Status DemoStory::ShowCopy() {
  ASSIGN_OR_RETURN(const v1::Migration migration, Look());
  board_.Show(migration, began_, invocation_.clock.Now());
  return absl::OkStatus();
}

absl::Status DemoStory::ShowPurge() {
  ASSIGN_OR_RETURN(const v1::Migration migration, Look());
  int64_t records = 0;
  for (const v1::Transfer& transfer : migration.transfers()) {
    if (!transfer.purged()) return absl::InternalError("committed, and not everything is purged");
    records += RecordsOf(transfer);
  }
  Print(absl::StrCat("    ", kSourceRealm, "       ", FormatCount(records),
                     " records deleted, 0 left (scanned again)\n"));
  return absl::OkStatus();
}

absl::Status DemoStory::ShowDirectory() {
  absl::Duration slowest;
  uint64_t epoch = 0;
  for (const auto& watcher : watchers_) {
    const auto sighting = watcher->WaitFor(std::string(kMovedTenant), std::string(kTargetRealm),
                                           LocalSystem::kStartPatience);
    if (!sighting.has_value()) return absl::InternalError("a watcher was not told of the move");
    slowest = std::max(slowest, sighting->arrival - ToTime(sighting->tenant.since_time()));
    epoch = sighting->tenant.epoch();
  }
  Print(absl::StrCat("    directory  ", kMovedTenant, " -> ", kTargetRealm, ", epoch ", epoch,
                     ", seen by ", kWatchers, " of ", kWatchers, " watchers after ",
                     absl::ToInt64Milliseconds(absl::Ceil(slowest, absl::Milliseconds(1))),
                     " ms\n"));
  return absl::OkStatus();
}

absl::Status DemoStory::CheckStores() {
  LocalSystem& system = setup_.system();
  system.Stop(kSourceWorker);
  system.Stop(kTargetWorker);
  ASSIGN_OR_RETURN(const Contents after, setup_.ReadStores());
  int64_t left = 0;
  int64_t moved = 0;
  for (const absl::string_view dataset : {kCoreTransfer, kHistoryTransfer}) {
    left += after.at(ContentKey(kSourceWorker, dataset, kMovedTenant)).records;
    const StoreContent& there = after.at(ContentKey(kTargetWorker, dataset, kMovedTenant));
    if (there != before_.at(ContentKey(kSourceWorker, dataset, kMovedTenant))) {
      return absl::InternalError(
          absl::StrCat(dataset, " is not in ", kTargetRealm, " what it was in ", kSourceRealm));
    }
    moved += there.records;
  }
  if (left != 0) {
    return absl::InternalError(absl::StrCat(kSourceRealm, " still holds ", left, " records"));
  }
  RETURN_IF_ERROR(CheckNeighbours(after));
  Print(absl::StrCat("\n  Workers stopped, stores opened by another program:\n    ", kSourceRealm,
                     "       0 records of ", kMovedTenant, "\n    ", kTargetRealm, "       ",
                     FormatCount(moved), " records of ", kMovedTenant, ", SHA-256 equal to what ",
                     kSourceRealm, " held\n    ", kSourceNeighbour, ", ", kTargetNeighbour,
                     "  not a byte changed\n"));
  return absl::OkStatus();
}

absl::Status DemoStory::CheckNeighbours(const Contents& after) {
  for (const auto& [key, content] : before_) {
    const bool neighbour = !absl::EndsWith(key, kMovedTenant);
    if (neighbour && after.at(key) != content) {
      return absl::InternalError(absl::StrCat(key, " is not what it was"));
    }
  }
  return absl::OkStatus();
}

}  // namespace realm::ctl
