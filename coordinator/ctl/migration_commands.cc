#include "coordinator/ctl/migration_commands.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "common/config/words.h"
#include "common/status_macros.h"
#include "coordinator/ctl/confirmation.h"
#include "coordinator/ctl/migration_lookup.h"
#include "coordinator/ctl/migration_text.h"

namespace realm::ctl {
namespace {

constexpr size_t kListDefault = 1000;
constexpr size_t kRecentEvents = 6;

std::string FilterOf(const Arguments& arguments) {
  return JoinFilter(
      {arguments.Get("filter"), arguments.Has("stuck") ? "stuck=true" : "",
       arguments.Has("open") || arguments.Has("stuck") ? "open=true" : "",
       arguments.Has("tenant") ? absl::StrCat("tenant_id=", arguments.Get("tenant")) : ""});
}

absl::StatusOr<size_t> LimitOf(const Arguments& arguments) {
  size_t limit = kListDefault;
  const std::string text = arguments.Get("limit", absl::StrCat(kListDefault));
  if (absl::SimpleAtoi(text, &limit) && limit > 0) return limit;
  return absl::InvalidArgumentError(
      absl::StrCat("--limit is ", Quoted(text), "; write a number from 1"));
}

absl::StatusOr<ExitCode> ListMigrations(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const size_t limit, LimitOf(invocation.arguments));
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, invocation.Connect());
  ASSIGN_OR_RETURN(const std::vector<v1::Migration> migrations,
                   ListMigrations(*connection, FilterOf(invocation.arguments), limit));
  if (invocation.output == Output::kJsonLines) {
    for (const v1::Migration& migration : migrations)
      RETURN_IF_ERROR(invocation.PrintJson(migration));
  } else if (invocation.output == Output::kJson) {
    v1::ListMigrationsResponse all;
    *all.mutable_migrations() = {migrations.begin(), migrations.end()};
    RETURN_IF_ERROR(invocation.PrintJson(all));
  } else {
    invocation.console.Print(ListText(migrations, invocation.times()));
  }
  if (migrations.size() == limit) {
    invocation.console.Note(absl::StrCat("the first ", FormatCount(static_cast<int64_t>(limit)),
                                         "; there may be more (--limit, --filter)\n"));
  }
  return ExitCode::kDone;
}

absl::StatusOr<v1::Migration> FindNamed(const Invocation& invocation, Connection& connection) {
  return FindMigration(connection, invocation.positional()[0], invocation.arguments);
}

// The events of one migration that follow `*token`, a page; `*token` becomes where the next begins.
absl::StatusOr<std::vector<v1::Event>> EventsAfter(Connection& connection,
                                                   const v1::MigrationRef& ref,
                                                   std::string* token) {
  v1::ListEventsRequest request;
  *request.mutable_ref() = ref;
  request.set_page_size(1000);
  request.set_page_token(*token);
  ASSIGN_OR_RETURN(
      const v1::ListEventsResponse page,
      connection.Call(connection.admin(), &v1::AdminService::Stub::ListEvents, request));
  *token = page.next_page_token();
  return std::vector<v1::Event>(page.events().begin(), page.events().end());
}

absl::StatusOr<std::vector<v1::Event>> AllEvents(Connection& connection,
                                                 const v1::MigrationRef& ref) {
  std::vector<v1::Event> events;
  std::string token;
  do {
    ASSIGN_OR_RETURN(const std::vector<v1::Event> page, EventsAfter(connection, ref, &token));
    events.insert(events.end(), page.begin(), page.end());
  } while (!token.empty());
  return events;
}

std::string NextStep(const v1::Migration& migration) {
  const std::string& id = migration.ref().migration_id();
  if (!migration.plan_digest().empty()) {
    return absl::StrCat("Next: realmctl migration confirm-switch ", id,
                        " --reason \"...\"     once the platform has switched\n");
  }
  if (!IsOver(migration)) return absl::StrCat("Next: realmctl migration watch ", id, "\n");
  return absl::StrCat("Next: realmctl migration events ", id, "\n");
}

absl::StatusOr<ExitCode> DescribeMigration(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, invocation.Connect());
  ASSIGN_OR_RETURN(const v1::Migration migration, FindNamed(invocation, *connection));
  if (invocation.output != Output::kTable) {
    RETURN_IF_ERROR(invocation.PrintJson(migration));
    return ExitCode::kDone;
  }
  ASSIGN_OR_RETURN(std::vector<v1::Event> events, AllEvents(*connection, migration.ref()));
  // The latest first.
  std::reverse(events.begin(), events.end());
  events.resize(std::min(events.size(), kRecentEvents));
  invocation.console.Print(DescriptionText(migration, events, invocation.times()));
  invocation.console.Hint(NextStep(migration));
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> Events(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, invocation.Connect());
  ASSIGN_OR_RETURN(const v1::Migration migration, FindNamed(invocation, *connection));
  ASSIGN_OR_RETURN(const std::vector<v1::Event> events, AllEvents(*connection, migration.ref()));
  if (invocation.output == Output::kJson) {
    v1::ListEventsResponse all;
    *all.mutable_events() = {events.begin(), events.end()};
    RETURN_IF_ERROR(invocation.PrintJson(all));
    return ExitCode::kDone;
  }
  for (const v1::Event& event : events) {
    if (invocation.output == Output::kJsonLines) {
      RETURN_IF_ERROR(invocation.PrintJson(event));
    } else {
      invocation.console.Print(EventText(event, invocation.times()) + "\n");
    }
  }
  return ExitCode::kDone;
}

std::vector<Flag> WithLookup(std::vector<Flag> flags) {
  flags.insert(flags.end(), LookupFlags().begin(), LookupFlags().end());
  return flags;
}

}  // namespace

std::vector<Command> MigrationCommands() {
  Command list;
  list.name = "migration list";
  list.summary = "migrations, and why each one waits";
  list.text =
      "FILTER is terms joined by AND: state=copying, source_realm=US, target_realm=EU, app_id=..,\n"
      "tenant_id=.., stuck=true, open=true.";
  list.example = "realmctl migration list --filter=target_realm=EU";
  list.flags = {{"filter", "FILTER", "only those that match all terms"},
                {"open", "", "only those that have not ended"},
                {"stuck", "", "only those that wait for an operator"},
                {"tenant", "TENANT", "only this tenant's"},
                {"limit", "COUNT", "at most so many; default 1000"}};
  list.run = ListMigrations;

  Command describe;
  describe.name = "migration describe";
  describe.arguments = "ID";
  describe.arguments_min = describe.arguments_max = 1;
  describe.summary = "one migration: transfers, what it waits for, what happened";
  describe.text =
      "ID is the migration's, or a tenant's: then its migration under way, or the latest.";
  describe.example = "realmctl migration describe 57500";
  describe.flags = WithLookup({});
  describe.run = DescribeMigration;

  Command watch = describe;
  watch.name = "migration watch";
  watch.summary = "follows one migration to its end";
  watch.text = "Ends with 0 when it is committed and with 3 when it ends otherwise.";
  watch.example = "realmctl migration watch 57500 -o jsonl";
  watch.flags = WithLookup({{"wait", "DURATION", "gives up after this long, with 124"}});
  watch.run = WatchMigration;

  Command events = describe;
  events.name = "migration events";
  events.summary = "every step of one migration: who, what, when";
  events.example = "realmctl migration events 57500 -o jsonl";
  events.run = Events;

  Command confirm = describe;
  confirm.name = "migration confirm-switch";
  confirm.summary = "an operator's word that the platform has switched";
  confirm.text =
      "Takes the place of tenant traffic at the target as proof of the switch. What the plan "
      "lists\n"
      "is then deleted at the source, and there is no way back.";
  confirm.example = "realmctl migration confirm-switch 57500 --confirm=acme --reason=\"SUP-7712\"";
  confirm.flags = WithLookup(ConfirmationFlags());
  confirm.run = ConfirmSwitch;
  return {list, describe, watch, events, confirm};
}

}  // namespace realm::ctl
