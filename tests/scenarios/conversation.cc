#include "tests/scenarios/conversation.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "coordinator/core/refusal.h"
#include "coordinator/core/view.h"
#include "tests/scenarios/portrait.h"

namespace realm::coordinator {
namespace {

std::string Lines(const std::vector<std::string>& lines) {
  return lines.empty() ? "" : absl::StrCat(absl::StrJoin(lines, "\n"), "\n");
}

std::string Refused(const absl::Status& status) {
  const auto refusal = RefusalOf(status);
  if (!refusal) return absl::StrCat("?? ", status.ToString(), "\n");
  return absl::StrCat("refused ", ToString(*refusal), " ", ErrorResponseCode(*refusal), ": ",
                      status.message(), "\n");
}

bool IsForCaller(const InputBody& body) {
  return std::holds_alternative<HookInput>(body) || std::holds_alternative<ConfirmInput>(body);
}

const std::map<std::string, ReportInput::Outcome>& Outcomes() {
  static const auto& outcomes = *new std::map<std::string, ReportInput::Outcome>{
      {"done", ReportInput::Outcome::kDone},
      {"failed", ReportInput::Outcome::kFailed},
      {"for-good", ReportInput::Outcome::kFailedForGood},
      {"returned", ReportInput::Outcome::kReturned},
  };
  return outcomes;
}

const std::map<std::string, Hook>& Hooks() {
  static const auto& hooks = *new std::map<std::string, Hook>{{"schedule", Hook::kSchedule},
                                                              {"start", Hook::kStart},
                                                              {"commit", Hook::kCommit},
                                                              {"rollback", Hook::kRollback}};
  return hooks;
}

std::vector<TransferPolicy> ParseTransfers(const std::string& text) {
  std::vector<TransferPolicy> out;
  for (absl::string_view name : absl::StrSplit(text, ',')) {
    const bool blocking = !absl::ConsumeSuffix(&name, ":later");
    out.push_back(TransferNamed(name, blocking));
  }
  return out;
}

}  // namespace

Conversation::Conversation() : key_(KeyFor("")) {}

std::string Conversation::Run(const std::string& line) {
  const Command command = ParseCommand(line);
  if (command.at && *command.at < now_) return absl::StrCat("?? time goes back: ", line, "\n");
  if (command.at) now_ = *command.at;
  SpeakOf(command);
  std::string out = Obey(command);
  seen_at_ = now_;
  return out;
}

void Conversation::SpeakOf(const Command& command) {
  if (command.Has("app")) key_.app = AppId(command.Option("app", ""));
  if (command.Has("tenant")) key_.tenant = TenantId(command.Option("tenant", ""));
  if (command.Has("of")) key_.migration = MigrationId(command.Option("of", ""));
}

std::string Conversation::Obey(const Command& command) {
  const TenantKey tenant{key_.app, key_.tenant};
  if (command.verb == "app") return SetApp(command);
  if (command.verb == "limits") return SetLimits(command);
  if (Hooks().count(command.verb) > 0) return ObeyHook(Hooks().at(command.verb), command);
  if (command.verb == "install") {
    const std::string rule = world_.InstallTenant(tenant, command.Word(0), now_);
    return absl::StrCat("installed: ", rule, "\n",
                        Lines(Portrait(nullptr, &world_.tenants[tenant], now_)));
  }
  if (command.verb == "given") return Given(command.Word(0));
  if (command.verb == "uninstall") {
    return Uninstall(now_, &world_.tenants[tenant])
               ? Lines(Portrait(nullptr, &world_.tenants[tenant], now_))
               : "nothing changes\n";
  }
  if (command.verb == "traffic") {
    TrafficInput traffic{key_, RealmId(command.Word(0)), "edge"};
    if (command.Has("seen")) traffic.seen = ParseClock(command.Option("seen", ""));
    return Play(std::move(traffic), "tenant");
  }
  if (command.verb == "confirm") return Confirm(command);
  if (command.verb == "tick") return Play(TickInput{key_}, "clock");
  if (command.verb == "wake") return Wake();
  if (command.verb == "show") return Lines(Look());
  return ObeyWorker(command);
}

std::string Conversation::ObeyHook(Hook hook, const Command& command) {
  const std::string id = command.Word(0) == "-" ? "" : command.Word(0);
  const TenantKey tenant{key_.app, key_.tenant};
  key_.migration = MigrationId(id);
  // What the body has is its digest: the same options are the same body.
  const std::string body = absl::StrJoin(command.options, "&", absl::PairFormatter("="));
  HookInput input = HookFor(hook, key_, body);
  input.location = command.Option("to", "");
  if (command.Has("window")) input.window = ParseWindow(command.Option("window", ""));
  const auto found = world_.tenants.find(tenant);
  key_.migration = ResolveMigration(hook, key_.migration,
                                    found == world_.tenants.end() ? nullptr : &found->second);
  return Play(std::move(input), "platform:connect");
}

std::string Conversation::ObeyWorker(const Command& command) {
  const Job* job = row() == nullptr ? nullptr : FindNamedJob(command.Word(0));
  if (job == nullptr) return absl::StrCat("?? no job ", command.verb, " ", command.Word(0), "\n");
  const int number = job->number;
  if (command.verb == "lease") return Lease(*job, command);
  if (command.verb == "run") {
    const std::string leased = Lease(*job, command);
    Command done = command;
    done.verb = "done";
    return absl::StrCat(leased, Report(*FindJob(*row(), number), done));
  }
  return Report(*job, command);
}

std::string Conversation::Lease(const Job& job, const Command& command) {
  const std::string usual = absl::StrCat(absl::AsciiStrToLower(job.realm.value()), "-1");
  const std::string worker = command.Word(1).empty() ? usual : command.Word(1);
  return Play(LeaseInput{key_, job.number, WorkerId(worker)}, "coordinator");
}

std::string Conversation::Report(const Job& job, const Command& command) {
  const uint64_t epoch = command.Has("epoch")
                             ? std::strtoull(command.Option("epoch", "").c_str(), nullptr, 10)
                             : job.epoch;
  Counters counters;
  counters.records_done = std::atoi(command.Option("records", "0").c_str());
  if (command.verb == "lost") {
    return Play(LeaseLostInput{key_, job.number, epoch, command.text, counters}, "coordinator");
  }
  const auto outcome = Outcomes().find(command.verb);
  if (outcome == Outcomes().end()) return absl::StrCat("?? no such command: ", command.verb, "\n");
  ReportInput report = ReportFor(*row(), job, outcome->second);
  report.epoch = epoch;
  report.error = command.text;
  report.counters = counters;
  report.records_left = std::atoi(command.Option("left", "0").c_str());
  if (command.Has("manifest")) report.manifest.clear();
  return Play(std::move(report), absl::StrCat("worker:", job.worker.value()));
}

std::string Conversation::Confirm(const Command& command) {
  const std::string digest = row() == nullptr ? "" : PlanDigest(*row());
  return Play(ConfirmInput{key_, command.Option("digest", digest), "saw it in the platform's log"},
              "operator:ann");
}

std::string Conversation::Wake() {
  const absl::Time next = row() == nullptr ? absl::InfiniteFuture() : NextWake(*row(), now_);
  if (next == absl::InfiniteFuture()) return "nothing to wake for\n";
  now_ = std::max(now_, next);
  // Rounded up: a delay after a failure has a fraction of a second.
  const std::string when =
      absl::StrCat("at ", ShowClock(now_ + absl::Nanoseconds(999999999)), "\n");
  return absl::StrCat(when, Play(TickInput{key_}, "clock"));
}

std::string Conversation::Given(const std::string& standing) {
  static constexpr std::pair<absl::string_view, absl::string_view> kUsual[] = {
      {"installed", "install US"},          {"scheduled", "schedule m1 to=EU window=02:00..04:00"},
      {"copying", "at 02:00 start m1"},     {"ready", "run main/copy"},
      {"committing", "at 02:30 commit m1"}, {"verified", "run main/copy"},
      {"switched", "at 02:31 traffic EU"},  {"open", "run main/open"},
      {"committed", "run main/purge"},
  };
  for (const auto& [reached, line] : kUsual) {
    Run(std::string(line));
    if (reached == standing && row() != nullptr) {
      return absl::StrCat(key_.migration.value(), " is ", ToString(row()->state), "\n");
    }
  }
  return absl::StrCat("?? cannot reach ", standing, "\n");
}

std::string Conversation::SetApp(const Command& command) {
  AppPolicy& app = world_.policy.apps.at(AppId("notes"));
  Terms& terms = app.terms;
  for (const auto& [name, value] : command.options) {
    if (name == "order") {
      terms.switch_order =
          value == "before-commit" ? SwitchOrder::kBeforeCommit : SwitchOrder::kAfterCommit;
    } else if (name == "seal") {
      terms.seal_at_ready = value == "ready";
    } else if (name == "transfers") {
      app.transfers = ParseTransfers(value);
    } else if (name == "horizon") {
      terms.retry_horizon = ParseLength(value);
    } else if (name == "elapsed") {
      terms.accept_elapsed = ParseLength(value);
    } else if (name == "grace") {
      terms.purge_grace = ParseLength(value);
    } else if (name == "max") {
      terms.max_duration = ParseLength(value);
    } else if (name == "margin") {
      terms.margin = ParseLength(value);
    } else if (name == "stuck") {
      terms.stuck_after = ParseLength(value);
    } else {
      return absl::StrCat("?? no such setting: ", name, "\n");
    }
  }
  return "";
}

std::string Conversation::SetLimits(const Command& command) {
  world_.policy.per_realm_max = std::atoi(command.Option("per-realm", "0").c_str());
  world_.policy.per_app_max = std::atoi(command.Option("per-app", "0").c_str());
  world_.policy.per_pair_max = std::atoi(command.Option("per-pair", "0").c_str());
  return "";
}

std::string Conversation::Play(InputBody body, absl::string_view actor) {
  const bool for_caller = IsForCaller(body);
  const std::vector<std::string> before = Portrait(row(), world_.FindTenantRow(key_), seen_at_);
  const auto changes = world_.Apply(std::move(body), actor, now_);
  if (!changes.ok()) return Refused(changes.status());
  std::vector<std::string> out;
  if (for_caller) {
    out.push_back(absl::StrCat(changes->answer.replayed ? "ok, as before: " : "ok: ",
                               changes->answer.status));
  }
  for (const Move& move : changes->moves) {
    taken_.insert({move.from, move.event});
    out.push_back(absl::StrCat(key_.migration.value(), " goes from ", ToString(move.from), " to ",
                               ToString(move.to), ": ", ToString(move.event)));
  }
  const auto changed = NewLines(before, Look());
  out.insert(out.end(), changed.begin(), changed.end());
  if (out.empty()) out.push_back("nothing changes");
  return Lines(out);
}

const Job* Conversation::FindNamedJob(const std::string& name) const {
  // The newest of that name: the pass at commit, say, and not the first.
  for (auto job = row()->jobs.rbegin(); job != row()->jobs.rend(); ++job) {
    const bool first = absl::StrCat(job->transfer.value(), "/", ToString(job->kind)) == name;
    if (first || absl::StrCat("#", job->number) == name) return &*job;
  }
  return nullptr;
}

std::vector<std::string> Conversation::Look() const {
  return Portrait(row(), world_.FindTenantRow(key_), now_);
}

}  // namespace realm::coordinator
