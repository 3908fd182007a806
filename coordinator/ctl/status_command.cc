#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/status_macros.h"
#include "coordinator/ctl/fleet_commands.h"
#include "coordinator/ctl/json_output.h"
#include "coordinator/ctl/table.h"
#include "coordinator/ctl/wire_time.h"

namespace realm::ctl {
namespace {

struct Count {
  int pending = 0;
  int running = 0;
  double added = 0;
  double done = 0;
  absl::Duration oldest = absl::ZeroDuration();
};

Count CountOf(const v1::Queue& queue) {
  Count count;
  for (const v1::QueueKind& kind : queue.kinds()) {
    count.pending += kind.pending();
    count.running += kind.running();
    count.added += kind.added_per_second();
    count.done += kind.done_per_second();
    count.oldest = std::max(count.oldest, ToDuration(kind.oldest()));
  }
  return count;
}

// Where the backlog goes at the present rates.
std::string BacklogText(const Count& count) {
  if (count.pending == 0) return "";
  const double shrinks = count.done - count.added;
  if (shrinks < -0.05) return "growing";
  if (shrinks < 0.05) return "steady";
  return absl::StrCat("empty in ", FormatSpan(absl::Seconds(count.pending / shrinks)));
}

std::string ServerText(const v1::GetServerStatusResponse& server, const TimeStyle& times) {
  return Printable(absl::StrCat("coordinator  serving  ", server.version(), "  up since ",
                                FormatTime(ToTime(server.start_time()), times), "  store ",
                                server.store(), ", generation ", server.generation(), "  ",
                                Plural(server.open_migrations(), "open migration")));
}

std::string RealmsText(const v1::ListQueuesResponse& queues) {
  Table table(
      {"REALM", "WORKERS", "SLOTS", "PENDING", "RUNNING", "OLDEST", "ADDED", "DONE", "BACKLOG"});
  for (const v1::Queue& queue : queues.queues()) {
    const Count count = CountOf(queue);
    table.Add({queue.realm(), FormatCount(queue.workers()),
               absl::StrCat(queue.slots_used(), "/", queue.slots()), FormatCount(count.pending),
               FormatCount(count.running), count.pending > 0 ? FormatSpan(count.oldest) : "",
               FormatRate(count.added), FormatRate(count.done), BacklogText(count)});
  }
  return table.Text();
}

// All that the table shows: {"server": ..., "queues": [...], "problems": [{"text", "next_step"}]}.
absl::StatusOr<google::protobuf::Struct> AsStruct(const v1::GetServerStatusResponse& server,
                                                  const v1::ListQueuesResponse& queues,
                                                  const std::vector<Problem>& problems) {
  ASSIGN_OR_RETURN(google::protobuf::Struct out, ToStruct(queues));
  ASSIGN_OR_RETURN(*(*out.mutable_fields())["server"].mutable_struct_value(), ToStruct(server));
  auto* list = (*out.mutable_fields())["problems"].mutable_list_value();
  for (const Problem& problem : problems) {
    auto* fields = list->add_values()->mutable_struct_value()->mutable_fields();
    (*fields)["text"].set_string_value(problem.text);
    (*fields)["next_step"].set_string_value(problem.next_step);
  }
  return out;
}

absl::StatusOr<ExitCode> Status(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, invocation.Connect());
  ASSIGN_OR_RETURN(
      const v1::GetServerStatusResponse server,
      connection->Call(connection->admin(), &v1::AdminService::Stub::GetServerStatus, {}));
  ASSIGN_OR_RETURN(const v1::ListQueuesResponse queues,
                   connection->Call(connection->admin(), &v1::AdminService::Stub::ListQueues, {}));
  const std::vector<Problem> problems = ProblemsOf(server, queues);
  const ExitCode verdict = problems.empty() ? ExitCode::kDone : ExitCode::kBadVerdict;
  if (invocation.output != Output::kTable) {
    ASSIGN_OR_RETURN(const google::protobuf::Struct all, AsStruct(server, queues, problems));
    RETURN_IF_ERROR(invocation.PrintJson(all));
    return verdict;
  }
  Console& console = invocation.console;
  console.Print(absl::StrCat(ServerText(server, invocation.times()), "\n", RealmsText(queues)));
  if (problems.empty()) return verdict;
  console.Print(absl::StrCat(console.Red("Problem:"), " ", problems[0].text, ".\n",
                             "Next: ", problems[0].next_step, "\n"));
  return verdict;
}

}  // namespace

std::vector<Problem> ProblemsOf(const v1::GetServerStatusResponse& server,
                                const v1::ListQueuesResponse& queues) {
  std::vector<Problem> problems;
  if (server.frozen_rows() > 0) {
    problems.push_back({absl::StrCat(Plural(server.frozen_rows(), "row"),
                                     " of the store cannot be used; nothing is done for them"),
                        "the coordinator's log names them and says what is wrong"});
  }
  if (server.stuck_migrations() > 0) {
    problems.push_back(
        {absl::StrCat(Plural(server.stuck_migrations(), "migration"), " cannot go on alone"),
         "realmctl migration list --stuck"});
  }
  for (const v1::Queue& queue : queues.queues()) {
    if (queue.workers() > 0) continue;
    const int pending = CountOf(queue).pending;
    const std::string realm = Printable(queue.realm());
    problems.push_back(
        {absl::StrCat(realm, " has no worker", pending == 0 ? "" : " and ",
                      pending == 0 ? "" : Plural(pending, "job"), pending == 0 ? "" : " to do"),
         absl::StrCat("start a realm-worker in ", realm)});
  }
  return problems;
}

std::vector<Command> StatusCommands() {
  Command status;
  status.name = "status";
  status.summary = "is it all right, and if not, what to look at first";
  status.text = "Ends with 3 when something is wrong.";
  status.example = "realmctl status";
  status.run = Status;
  return {status};
}

}  // namespace realm::ctl
