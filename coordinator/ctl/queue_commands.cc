#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/status_macros.h"
#include "coordinator/ctl/fleet_commands.h"
#include "coordinator/ctl/table.h"
#include "coordinator/ctl/wire_time.h"

namespace realm::ctl {
namespace {

struct Column {
  v1::Job::Kind kind;
  absl::string_view heading;
};
constexpr Column kColumns[] = {{v1::Job::KIND_CLOSE, "close"},
                               {v1::Job::KIND_COPY, "copy"},
                               {v1::Job::KIND_OPEN, "open"},
                               {v1::Job::KIND_PURGE, "purge"},
                               {v1::Job::KIND_ROLLBACK, "rollback"}};

v1::QueueKind Find(const v1::Queue& queue, v1::Job::Kind kind) {
  for (const v1::QueueKind& one : queue.kinds()) {
    if (one.kind() == kind) return one;
  }
  return {};
}

// A row of the table: one number or time for each kind.
template <typename Cell>
void AddRow(const v1::Queue& queue, const std::string& name, Cell cell, Table* table) {
  std::vector<std::string> cells = {name};
  for (const Column& column : kColumns)
    cells.push_back(cell(Find(queue, column.kind)));
  table->Add(cells);
}

// A listed word as a person says it.
std::string ReasonText(const std::string& reason) {
  if (reason == "NO_WORKER") return "no worker attached that serves the datasets";
  if (reason == "WORKERS_DRAINED") return "every worker that serves the datasets is drained";
  if (reason == "WORKER_BUSY") return "no free slot";
  if (reason == "BACKOFF") return "a pause after a failed attempt";
  if (reason == "RUNNING_COPY") return "an earlier copy that still runs";
  if (reason == "GRACE") return "the grace before a purge";
  if (reason == "COUNTER_PROOF") return "an operator: the tenant was seen at the source";
  if (reason == "OTHER_TRANSFER") return "another transfer of the migration";
  return reason;
}

std::string WaitsText(const v1::Queue& queue) {
  std::vector<std::string> waits;
  for (const v1::QueueWait& wait : queue.waits())
    waits.push_back(absl::StrCat(wait.jobs(), " ", ReasonText(wait.reason())));
  return waits.empty() ? "nothing" : absl::StrJoin(waits, "; ");
}

absl::StatusOr<ExitCode> DescribeQueue(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, invocation.Connect());
  v1::ListQueuesRequest request;
  if (!invocation.positional().empty()) request.set_realm(invocation.positional()[0]);
  ASSIGN_OR_RETURN(
      const v1::ListQueuesResponse response,
      connection->Call(connection->admin(), &v1::AdminService::Stub::ListQueues, request));
  if (invocation.output == Output::kJson) {
    RETURN_IF_ERROR(invocation.PrintJson(response));
    return ExitCode::kDone;
  }
  std::string text;
  for (const v1::Queue& queue : response.queues()) {
    if (invocation.output == Output::kJsonLines) {
      RETURN_IF_ERROR(invocation.PrintJson(queue));
    } else {
      absl::StrAppend(&text, text.empty() ? "" : "\n", QueueText(queue));
    }
  }
  invocation.console.Print(text);
  return ExitCode::kDone;
}

}  // namespace

std::string QueueText(const v1::Queue& queue) {
  std::vector<std::string> headings = {queue.realm()};
  for (const Column& column : kColumns)
    headings.emplace_back(column.heading);
  Table table(headings);
  AddRow(
      queue, "Pending", [](const auto& kind) { return FormatCount(kind.pending()); }, &table);
  const auto oldest = [](const v1::QueueKind& kind) {
    return kind.has_oldest() ? FormatSpan(ToDuration(kind.oldest())) : "";
  };
  AddRow(queue, "Oldest", oldest, &table);
  AddRow(
      queue, "Add rate", [](const auto& kind) { return FormatRate(kind.added_per_second()); },
      &table);
  AddRow(
      queue, "Dispatch rate",
      [](const auto& kind) { return FormatRate(kind.dispatched_per_second()); }, &table);
  AddRow(
      queue, "Done rate", [](const auto& kind) { return FormatRate(kind.done_per_second()); },
      &table);
  AddRow(
      queue, "Running", [](const auto& kind) { return FormatCount(kind.running()); }, &table);
  return absl::StrCat(
      table.Text(), "Rates are means over 30 s.\n", "Workers     ", queue.workers(), " attached, ",
      queue.slots_used(), " of ", queue.slots(), " slots in use\n", "Waiting on  ",
      Printable(WaitsText(queue)), "\n",
      "Order       close, open, rollback and purge first, then the window that ends soonest\n");
}

std::vector<Command> QueueCommands() {
  Command describe;
  describe.name = "queue describe";
  describe.arguments = "[REALM]";
  describe.arguments_max = 1;
  describe.summary = "what waits for workers, for how long, and why";
  describe.example = "realmctl queue describe EU";
  describe.run = DescribeQueue;
  return {describe};
}

}  // namespace realm::ctl
