#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"

#include "common/config/words.h"
#include "common/status_macros.h"
#include "coordinator/ctl/fleet_commands.h"
#include "coordinator/ctl/progress_text.h"
#include "coordinator/ctl/table.h"
#include "coordinator/ctl/wire_time.h"

namespace realm::ctl {
namespace {

constexpr absl::Duration kDrainWaitDefault = absl::Minutes(10);
constexpr absl::Duration kDrainPollPeriod = absl::Milliseconds(200);
constexpr int kJobsShown = 3;

std::string StateOf(const v1::Worker& worker) {
  if (worker.draining()) return worker.slots_used() == 0 ? "drained" : "draining";
  return worker.slots_used() > 0 ? "busy" : "ready";
}

// "copy", "purge", ...: as the wire names it.
std::string KindText(v1::Job::Kind kind) {
  return absl::AsciiStrToLower(absl::StripPrefix(v1::Job::Kind_Name(kind), "KIND_"));
}

// A gate has nothing to count.
std::string PercentOf(const v1::Job& job) {
  const bool gate = job.kind() == v1::Job::KIND_OPEN || job.kind() == v1::Job::KIND_CLOSE;
  return gate ? "" : absl::StrCat(" ", PercentText(job.progress()));
}

std::string DrainText(const v1::Worker& worker, const TimeStyle& times) {
  if (!worker.has_drain_order()) return worker.draining() ? "is about to end" : "";
  return absl::StrCat(worker.drain_order().reason(), ", ", worker.drain_order().actor(), ", ",
                      FormatTime(ToTime(worker.drain_order().order_time()), times));
}

std::string JobsText(const v1::Worker& worker) {
  std::vector<std::string> jobs;
  for (int i = 0; i < std::min(kJobsShown, worker.jobs_size()); ++i) {
    const v1::Job& job = worker.jobs(i);
    const std::string migration =
        i < worker.job_refs_size() ? worker.job_refs(i).migration_id() : job.job_id();
    jobs.push_back(absl::StrCat(migration, "/", job.transfer_name(), " ", KindText(job.kind()),
                                PercentOf(job)));
  }
  const int more = worker.jobs_size() - kJobsShown;
  return absl::StrCat(absl::StrJoin(jobs, ", "),
                      more > 0 ? absl::StrCat(" and ", more, " more") : "");
}

absl::StatusOr<v1::ListWorkersResponse> ListWorkers(Connection& connection,
                                                    const std::string& realm) {
  v1::ListWorkersRequest request;
  request.set_realm(realm);
  return connection.Call(connection.admin(), &v1::AdminService::Stub::ListWorkers, request);
}

absl::StatusOr<v1::Worker> FindWorker(Connection& connection, const std::string& id,
                                      const std::string& realm) {
  ASSIGN_OR_RETURN(const v1::ListWorkersResponse all, ListWorkers(connection, realm));
  std::vector<std::string> ids;
  const v1::Worker* found = nullptr;
  for (const v1::Worker& worker : all.workers()) {
    ids.push_back(worker.worker_id());
    if (worker.worker_id() != id) continue;
    if (found != nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("both ", found->realm(), " and ",
                                                     worker.realm(), " have a worker ", Quoted(id),
                                                     "; say which with --realm"));
    }
    found = &worker;
  }
  if (found != nullptr) return *found;
  return absl::NotFoundError(absl::StrCat("no worker ", Quoted(id), " is attached; ",
                                          ids.empty() ? "there is none" : Suggestion(id, ids)));
}

absl::StatusOr<ExitCode> ListWorkers(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, invocation.Connect());
  ASSIGN_OR_RETURN(const v1::ListWorkersResponse response,
                   ListWorkers(*connection, invocation.arguments.Get("realm")));
  if (invocation.output == Output::kJson) {
    RETURN_IF_ERROR(invocation.PrintJson(response));
  } else if (invocation.output == Output::kJsonLines) {
    for (const v1::Worker& worker : response.workers())
      RETURN_IF_ERROR(invocation.PrintJson(worker));
  } else {
    invocation.console.Print(
        WorkersText({response.workers().begin(), response.workers().end()}, invocation.times()));
  }
  return ExitCode::kDone;
}

absl::StatusOr<v1::Worker> SetDraining(Connection& connection, const v1::Worker& worker,
                                       bool draining, const std::string& reason) {
  v1::DrainWorkerRequest request;
  request.set_realm(worker.realm());
  request.set_worker_id(worker.worker_id());
  request.set_undrain(!draining);
  request.set_reason(reason);
  ASSIGN_OR_RETURN(
      const v1::DrainWorkerResponse response,
      connection.Call(connection.admin(), &v1::AdminService::Stub::DrainWorker, request));
  return response.worker();
}

// A worker that has gone is drained too.
absl::StatusOr<int> JobsLeft(Connection& connection, const v1::Worker& worker) {
  ASSIGN_OR_RETURN(const v1::ListWorkersResponse all, ListWorkers(connection, worker.realm()));
  for (const v1::Worker& now : all.workers()) {
    if (now.worker_id() == worker.worker_id()) return now.slots_used();
  }
  return 0;
}

absl::Status WaitUntilDrained(const Invocation& invocation, Connection& connection,
                              const v1::Worker& worker, absl::Duration patience) {
  const absl::Duration deadline = invocation.clock.Monotonic() + patience;
  for (;;) {
    ASSIGN_OR_RETURN(const int left, JobsLeft(connection, worker));
    if (left == 0) return absl::OkStatus();
    if (invocation.clock.Monotonic() >= deadline) {
      return absl::DeadlineExceededError(absl::StrCat(
          worker.worker_id(), " still runs ", Plural(left, "job"), "; it takes no new ones"));
    }
    absl::SleepFor(kDrainPollPeriod);
  }
}

absl::StatusOr<ExitCode> Drain(const Invocation& invocation) {
  const std::string reason = invocation.arguments.Get("reason");
  if (reason.empty()) {
    return absl::InvalidArgumentError("--reason is missing; say why, others will ask");
  }
  ASSIGN_OR_RETURN(const absl::Duration wait,
                   invocation.arguments.GetDuration("wait", kDrainWaitDefault));
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, invocation.Connect());
  ASSIGN_OR_RETURN(const v1::Worker worker, FindWorker(*connection, invocation.positional()[0],
                                                       invocation.arguments.Get("realm")));
  const absl::Duration began = invocation.clock.Monotonic();
  ASSIGN_OR_RETURN(const v1::Worker draining, SetDraining(*connection, worker, true, reason));
  const std::string name = Printable(worker.worker_id());
  invocation.console.Note(absl::StrCat(name, ": ", Plural(draining.slots_used(), "job"),
                                       " running; takes no new ones.\n"));
  RETURN_IF_ERROR(WaitUntilDrained(invocation, *connection, worker, wait));
  invocation.console.Print(absl::StrCat(
      "Drained in ", FormatElapsed(invocation.clock.Monotonic() - began), ". Safe to stop it.\n"));
  invocation.console.Hint(absl::StrCat("Undo: realmctl worker undrain ", name, "\n"));
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> Undrain(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, invocation.Connect());
  ASSIGN_OR_RETURN(const v1::Worker worker, FindWorker(*connection, invocation.positional()[0],
                                                       invocation.arguments.Get("realm")));
  RETURN_IF_ERROR(
      SetDraining(*connection, worker, false, invocation.arguments.Get("reason")).status());
  invocation.console.Print(absl::StrCat(Printable(worker.worker_id()), " takes jobs again.\n"));
  return ExitCode::kDone;
}

}  // namespace

std::string WorkersText(const std::vector<v1::Worker>& workers, const TimeStyle& times) {
  const bool any_drains = std::any_of(workers.begin(), workers.end(),
                                      [](const v1::Worker& worker) { return worker.draining(); });
  std::vector<std::string> headings = {"WORKER",  "REALM",     "STATE", "SLOTS",
                                       "VERSION", "LAST SEEN", "JOBS"};
  if (any_drains) headings.push_back("DRAINED BECAUSE");
  Table table(headings);
  for (const v1::Worker& worker : workers) {
    std::vector<std::string> cells = {
        worker.worker_id(), worker.realm(),
        StateOf(worker),    absl::StrCat(worker.slots_used(), "/", worker.slots()),
        worker.version(),   FormatTime(ToTime(worker.last_seen_time()), times),
        JobsText(worker)};
    if (any_drains) cells.push_back(DrainText(worker, times));
    table.Add(std::move(cells));
  }
  return table.Text();
}

std::vector<Command> WorkerCommands() {
  Command list;
  list.name = "worker list";
  list.summary = "workers that are attached, and what they do";
  list.example = "realmctl worker list --realm=EU";
  list.flags = {{"realm", "REALM", "only this realm's"}};
  list.run = ListWorkers;

  Command drain;
  drain.name = "worker drain";
  drain.arguments = "WORKER";
  drain.arguments_min = drain.arguments_max = 1;
  drain.summary = "takes a worker out of service; returns when it is safe to stop it";
  drain.text =
      "It takes no new jobs, and hands those it has over to other workers of the realm at their\n"
      "next checkpoint. It stays attached, serves reads, and works again after worker undrain or\n"
      "when it is started anew.";
  drain.example = "realmctl worker drain eu-1 --reason=\"node reboot CHG-1182\"";
  drain.flags = {{"reason", "TEXT", "why (required)"},
                 {"realm", "REALM", "when several realms have a worker of that name"},
                 {"wait", "DURATION", "gives up waiting after this long, with 124; default 10m"}};
  drain.has_output = false;
  drain.run = Drain;

  Command undrain = drain;
  undrain.name = "worker undrain";
  undrain.summary = "puts a drained worker back into service";
  undrain.text = "";
  undrain.example = "realmctl worker undrain eu-1";
  undrain.flags = {drain.flags[0], drain.flags[1]};
  undrain.flags[0].text = "why";
  undrain.run = Undrain;
  return {list, drain, undrain};
}

}  // namespace realm::ctl
