#include "coordinator/ctl/postgres_demo_story.h"

#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "common/status_macros.h"
#include "coordinator/ctl/demo_defaults.h"
#include "coordinator/ctl/demo_screen.h"
#include "coordinator/ctl/demo_setup.h"
#include "coordinator/ctl/format.h"
#include "coordinator/ctl/local_screen.h"
#include "coordinator/ctl/move_round.h"
#include "coordinator/ctl/postgres_demo_data.h"
#include "coordinator/ctl/table.h"

namespace realm::ctl {
namespace {

// As many as a worker has slots.
constexpr int kAtOnce = 4;
constexpr size_t kSumDigitsShown = 16;

std::vector<std::string> FirstHalf(std::vector<std::string> tenants) {
  tenants.resize((tenants.size() + 1) / 2);
  return tenants;
}

std::string Shortened(const std::string& sum) {
  return sum.substr(0, kSumDigitsShown);
}

std::string Indented(const std::string& text) {
  return absl::StrCat("  ", absl::StrJoin(absl::StrSplit(text, '\n', absl::SkipEmpty()), "\n  "),
                      "\n");
}

int64_t RowsOf(const Checksums& checksums, absl::string_view realm) {
  int64_t rows = 0;
  for (const auto& [name, checksum] : checksums)
    rows += name.realm == realm ? checksum.rows : 0;
  return rows;
}

}  // namespace

absl::Status PostgresDemoStory::Play() {
  RETURN_IF_ERROR(Begin());
  const std::string us(kSourceRealm);
  const std::string eu(kTargetRealm);
  Leg bank = {std::string(kBank), setup_.size().TenantsOf(kBank), us, eu};
  const Leg notes = {std::string(kNotes), setup_.size().TenantsOf(kNotes), us, eu};
  const Leg all_of_bank = bank;
  RETURN_IF_ERROR(MoveFirst(bank));
  Print(absl::StrCat("\n  The others, up to ", kAtOnce, " at once:\n", MoveRound::Heading()));
  RETURN_IF_ERROR(MoveRest(bank));
  RETURN_IF_ERROR(MoveRest(notes));
  RETURN_IF_ERROR(Check({all_of_bank, notes}));
  RETURN_IF_ERROR(TryWrites(all_of_bank));
  Print(absl::StrCat("\n  Half of them go back:\n", MoveRound::Heading()));
  const Leg bank_back = {bank.app, FirstHalf(all_of_bank.tenants), eu, us};
  const Leg notes_back = {notes.app, FirstHalf(notes.tenants), eu, us};
  RETURN_IF_ERROR(MoveRest(bank_back));
  RETURN_IF_ERROR(MoveRest(notes_back));
  RETURN_IF_ERROR(Check({bank_back, notes_back}));
  RETURN_IF_ERROR(TryWrites(bank_back));
  Conclude();
  return absl::OkStatus();
}

absl::Status PostgresDemoStory::Begin() {
  before_ = setup_.before();
  expected_ = before_;
  ShowData();
  LocalSystem& system = setup_.system();
  RETURN_IF_ERROR(system.StartAll());
  RETURN_IF_ERROR(system.WaitUntilReady());
  ASSIGN_OR_RETURN(connection_, system.Connect());
  Print(absl::StrCat("\n", AddressesText(system, "in a temporary folder"), "\n"));
  return InstallAll();
}

void PostgresDemoStory::ShowData() {
  const PostgresDemoSize& size = setup_.size();
  std::string text;
  for (const absl::string_view realm : {kSourceRealm, kTargetRealm}) {
    absl::StrAppend(&text, "    ", realm, "  ", FormatCount(RowsOf(before_, realm)), " rows    ",
                    setup_.ClusterOf(realm).PsqlCommand(kDemoDatabase), "\n");
  }
  Print(absl::StrCat(text, "\n  bank   pgbench's: a branch is a tenant. US has ", size.branches,
                     ", and ", size.moved_branches,
                     " of them move.\n  notes  composite text keys, ",
                     "NULLs, bytea, json, arrays, numeric. US has 6 tenants, and ",
                     size.TenantsOf(kNotes).size(), " of them move.\n"));
}

// All tenants that have rows, and where they have them.
absl::Status PostgresDemoStory::InstallAll() {
  for (const absl::string_view app : {kBank, kNotes}) {
    std::set<std::string> tables;
    for (const config::v1::Table& table : DemoTables(app))
      tables.insert(table.name());
    std::set<std::pair<std::string, std::string>> tenants;
    for (const auto& entry : before_) {
      if (tables.count(entry.first.table) > 0)
        tenants.insert({entry.first.tenant, entry.first.realm});
    }
    for (const auto& [tenant, realm] : tenants)
      RETURN_IF_ERROR(Install(app, tenant, realm));
    Print(HookLine("POST", "/installed", 200, "",
                   absl::StrCat(Plural(static_cast<int64_t>(tenants.size()), "tenant"), " of ", app,
                                ", each at the URL of its realm")));
  }
  return absl::OkStatus();
}

absl::Status PostgresDemoStory::Install(absl::string_view app, absl::string_view tenant,
                                        absl::string_view realm) {
  const absl::Duration deadline = invocation_.clock.Monotonic() + LocalSystem::kStartPatience;
  HttpReply reply;
  do {
    ASSIGN_OR_RETURN(reply, setup_.platform().Install(setup_.SiteOf(app, tenant, realm)));
    // The edge listens before it has found the coordinator; the platform tries again too.
  } while (reply.status == 503 && invocation_.clock.Monotonic() < deadline &&
           !signals_.Wait(demo::kPollPeriod));
  if (reply.status == 200) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("installed was answered ", reply.status, " ", reply.body));
}

std::unique_ptr<TenantMove> PostgresDemoStory::MoveOf(const Leg& leg, const std::string& tenant,
                                                      TenantMove::Say say) {
  MoveOrder order = {setup_.SiteOf(leg.app, tenant, leg.from),
                     setup_.SiteOf(leg.app, tenant, leg.to), leg.from, leg.to,
                     absl::StrCat(next_migration_++)};
  return std::make_unique<TenantMove>(std::move(order), setup_.platform(), *connection_,
                                      invocation_.clock, std::move(say));
}

absl::Status PostgresDemoStory::MoveFirst(Leg& leg) {
  const std::string tenant = leg.tenants.front();
  leg.tenants.erase(leg.tenants.begin());
  Print(absl::StrCat("\n  Tenant ", tenant, " of ", leg.app, ", hook by hook:\n"));
  Leg only = leg;
  only.tenants = {tenant};
  std::unique_ptr<TenantMove> move =
      MoveOf(only, tenant, [this](const std::string& line) { Print(line); });
  const absl::Duration start = invocation_.clock.Monotonic();
  RETURN_IF_ERROR(move->Begin());
  while (!move->is_done()) {
    RETURN_IF_ERROR(move->Advance());
    if (signals_.Wait(demo::kPollPeriod)) return absl::CancelledError("interrupted");
    if (invocation_.clock.Monotonic() - start > demo::kPatience) {
      return absl::DeadlineExceededError(
          absl::StrCat("the first tenant has not arrived after ", FormatSpan(demo::kPatience)));
    }
  }
  ++arrived_;
  return absl::OkStatus();
}

absl::Status PostgresDemoStory::MoveRest(const Leg& leg) {
  if (leg.tenants.empty()) return absl::OkStatus();
  std::vector<std::unique_ptr<TenantMove>> moves;
  for (const std::string& tenant : leg.tenants)
    moves.push_back(MoveOf(leg, tenant, nullptr));
  const std::string padding(7 - leg.app.size(), ' ');
  MoveRound round(absl::StrCat(leg.app, padding, leg.from, " -> ", leg.to), kAtOnce, invocation_,
                  signals_);
  ASSIGN_OR_RETURN(const MoveRound::Totals totals, round.Run(std::move(moves)));
  arrived_ += totals.tenants;
  return absl::OkStatus();
}

absl::Status PostgresDemoStory::Check(const std::vector<Leg>& legs) {
  ASSIGN_OR_RETURN(const Checksums now, setup_.ReadChecksums());
  const Leg& any = legs.front();
  Table table({"TABLE", "TENANTS", "ROWS", "SHA-256 AT FIRST", absl::StrCat("NOW IN ", any.to),
               absl::StrCat("LEFT IN ", any.from), "OTHER TENANTS"});
  for (const Leg& leg : legs) {
    for (const config::v1::Table& each : DemoTables(leg.app)) {
      for (const std::string& tenant : leg.tenants)
        MoveRows(each.name(), tenant, leg.from, leg.to, expected_);
      const TableSummary summary = Summarize(
          {each.name(), leg.tenants, std::string(kSourceRealm), leg.from, leg.to}, before_, now);
      table.Add({summary.table, FormatCount(summary.tenants), FormatCount(summary.rows),
                 Shortened(summary.then), Shortened(summary.now), Plural(summary.left, "row"),
                 FormatCount(summary.others)});
    }
  }
  Print(absl::StrCat("\n  Compared by psql, row by row as text, in both realms:\n",
                     Indented(table.Text())));
  RETURN_IF_ERROR(CompareChecksums(expected_, now));
  Print("  Equal for each tenant and table; nothing left behind; all other tenants unchanged.\n");
  return absl::OkStatus();
}

absl::Status PostgresDemoStory::TryWrites(const Leg& leg) {
  const std::string& tenant = leg.tenants.front();
  ASSIGN_OR_RETURN(const std::string here, TryWrite(tenant, leg.to));
  ASSIGN_OR_RETURN(const std::string left, TryWrite(tenant, leg.from));
  if (here != kWriteAccepted || left != kWriteRefused) {
    return absl::InternalError(absl::StrCat("the app inserts a row for tenant ", tenant, ": in ",
                                            leg.to, " ", here, ", in ", leg.from, " ", left));
  }
  Print(absl::StrCat("  The app inserts a row for tenant ", tenant, ": taken in ", leg.to,
                     ", refused in ", leg.from, " (", left, ").\n"));
  return absl::OkStatus();
}

absl::StatusOr<std::string> PostgresDemoStory::TryWrite(absl::string_view tenant,
                                                        absl::string_view realm) {
  ASSIGN_OR_RETURN(const std::string answer,
                   setup_.ClusterOf(realm).Query(kDemoDatabase, TryWriteSql(tenant)));
  return std::string(absl::StripAsciiWhitespace(answer));
}

void PostgresDemoStory::Conclude() {
  Print(invocation_.console.Bold(
      absl::StrCat("\n  ", arrived_, " moves between two PostgreSQL ", setup_.version(),
                   " servers: every row arrived, none stayed behind, no other changed. ",
                   FormatElapsed(invocation_.clock.Monotonic() - began_), " in all.\n")));
}

}  // namespace realm::ctl
