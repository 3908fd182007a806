// realm-sim run, check, replay and gen.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <ostream>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "common/files.h"
#include "common/status_macros.h"
#include "tests/sim/artifacts.h"
#include "tests/sim/backend.h"
#include "tests/sim/child_runs.h"
#include "tests/sim/play.h"
#include "tests/sim/program.h"
#include "tests/sim/random_scenario.h"
#include "tests/sim/report.h"
#include "tests/sim/scenario_yaml.h"
#include "tests/support/temp_folder.h"

namespace realm::sim {
namespace {

constexpr absl::Duration kHeartbeat = absl::Seconds(30);

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

absl::StatusOr<int> PositiveFlag(const Arguments& arguments, absl::string_view flag, int otherwise,
                                 int most) {
  if (!arguments.Has(flag)) return otherwise;
  int value = 0;
  if (absl::SimpleAtoi(arguments.Get(flag), &value) && value >= 1 && value <= most) return value;
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, " is ", arguments.Get(flag), "; write 1 to ", most));
}

absl::StatusOr<PlayOptions> PlayOptionsFrom(const Arguments& arguments) {
  PlayOptions options;
  ASSIGN_OR_RETURN(options.jobs, PositiveFlag(arguments, "jobs", 1, 256));
  ASSIGN_OR_RETURN(const int minutes, PositiveFlag(arguments, "minutes", 0, 100000));
  options.time = absl::Minutes(minutes);
  options.twice = arguments.Has("twice");
  const std::string keep = arguments.Get("keep", "failures");
  if (keep != "all" && keep != "failures") {
    return absl::InvalidArgumentError(absl::StrCat("--keep is ", keep, "; write all or failures"));
  }
  options.keep_events = keep == "all" && arguments.Has("artifacts");
  return options;
}

// One run of the command `run`.
class Run {
 public:
  Run(const Invocation& invocation, Plan plan, PlayOptions options, Chosen chosen)
      : invocation_(invocation),
        plan_(std::move(plan)),
        options_(std::move(options)),
        chosen_(std::move(chosen)),
        head_(HeadOf(*invocation.arguments)),
        results_(plan_.scenario_count()),
        github_(Environment("GITHUB_ACTIONS") == "true") {
    if (chosen_.backend != nullptr) PlayElsewhere();
  }

  absl::StatusOr<ExitCode> Go() {
    std::ostream& out = *invocation_.out;
    out << HeadLine(head_) << std::endl;
    for (const std::string& line : chosen_.skipped)
      out << line << std::endl;
    const absl::Duration begun = invocation_.clock->Monotonic();
    const absl::Duration used_before = ProcessorTime();
    beat_ = begun;
    RETURN_IF_ERROR(
        Play(options_, *invocation_.clock, plan_, results_,
             [this](const Plan::Case& run, const Verdict& verdict) { Played(run, verdict); }));
    RETURN_IF_ERROR(kept_);
    const absl::Duration elapsed = invocation_.clock->Monotonic() - begun;
    const absl::Duration used = ProcessorTime() - used_before;
    PrintRest();
    RETURN_IF_ERROR(KeepFailures());
    RETURN_IF_ERROR(WriteReports());
    out << SpeedLine(results_, elapsed, used) << "\n" << EvidenceLine(head_, results_) << "\n";
    out << results_.passed() << " passed, " << results_.failed() << " failed" << std::endl;
    return results_.failed() == 0 ? ExitCode::kDone : ExitCode::kBadVerdict;
  }

 private:
  RunHead HeadOf(const Arguments& arguments) const {
    RunHead head = HeadFrom(arguments, plan_);
    if (chosen_.backend == nullptr) return head;
    head.time = absl::StrCat("real time, ", chosen_.speed, " times as fast");
    absl::StrAppend(&head.arguments, " --backend=process --speed=", chosen_.speed);
    return head;
  }

  // A run has a folder of its own, which the backend makes and we remove.
  void PlayElsewhere() {
    folder_.emplace();
    options_.player = [this](const Plan::Case& run, bool) {
      return chosen_.backend->Play(plan_.ScenarioOf(run), run.seed, chosen_.speed, FolderOf(run));
    };
    options_.case_limit = absl::ZeroDuration();
    for (size_t i = 0; i < plan_.scenario_count(); ++i) {
      options_.case_limit = std::max(
          options_.case_limit, chosen_.backend->LimitOf(plan_.ScenarioOf({i, 0}), chosen_.speed));
    }
  }

  std::string FolderOf(const Plan::Case& run) const {
    return folder_->path(absl::StrCat(run.scenario, "-", run.seed));
  }

  // It cannot be played again to see what happened.
  absl::Status KeepOfReal(const Plan::Case& run, const Verdict& verdict) {
    std::error_code error;
    if (!head_.artifacts.empty() && (!verdict.passed() || options_.keep_events)) {
      RETURN_IF_ERROR(WriteArtifacts(head_, run, verdict));
      std::filesystem::copy(FolderOf(run) + "/log",
                            CaseFolder(head_, run.scenario, run.seed) + "/log",
                            std::filesystem::copy_options::recursive |
                                std::filesystem::copy_options::overwrite_existing,
                            error);
    }
    std::filesystem::remove_all(FolderOf(run), error);
    return absl::OkStatus();
  }

  void Played(const Plan::Case& run, const Verdict& verdict) {
    if (chosen_.backend != nullptr && kept_.ok()) {
      kept_ = KeepOfReal(run, verdict);
    } else if (options_.keep_events && kept_.ok()) {
      kept_ = WriteArtifacts(head_, run, verdict);
    }
    const ScenarioResults& scenario = results_.scenarios()[run.scenario];
    if (scenario.runs.size() == plan_.CountOf(run.scenario) &&
        options_.time == absl::ZeroDuration()) {
      Print(run.scenario);
    }
    const absl::Duration now = invocation_.clock->Monotonic();
    if (now - beat_ < kHeartbeat) return;
    beat_ = now;
    const ScenarioResults total = results_.Total();
    *invocation_.words << "... " << total.passed + total.failed << " runs, " << total.failed
                       << " failed, seed " << run.seed << " of " << plan_.NameOf(run.scenario)
                       << std::endl;
  }

  void Print(size_t scenario) {
    std::ostream& out = *invocation_.out;
    const ScenarioResults& results = results_.scenarios()[scenario];
    if (github_) out << "::group::" << plan_.NameOf(scenario) << "\n";
    out << ScenarioText(head_, results, scenario);
    if (github_) out << "::endgroup::\n";
    out.flush();
  }

  // With --minutes no scenario is over before the end.
  void PrintRest() {
    if (options_.time == absl::ZeroDuration()) return;
    for (size_t i = 0; i < plan_.scenario_count(); ++i)
      Print(i);
  }

  // Plays what failed again, this time with its events.
  absl::Status KeepFailures() {
    if (head_.artifacts.empty() || options_.keep_events || chosen_.backend != nullptr) {
      return absl::OkStatus();
    }
    for (size_t i = 0; i < plan_.scenario_count(); ++i) {
      for (const Verdict& failure : results_.scenarios()[i].failures) {
        const Plan::Case run{i, failure.seed};
        Verdict whole = failure;
        // What killed its process would kill this one.
        if (failure.last_words.empty()) {
          whole = RunCase(plan_.ScenarioOf(run), failure.seed, true);
        }
        RETURN_IF_ERROR(WriteArtifacts(head_, run, whole));
      }
    }
    return absl::OkStatus();
  }

  absl::Status WriteReports() {
    const Arguments& arguments = *invocation_.arguments;
    if (arguments.Has("junit")) {
      RETURN_IF_ERROR(
          WriteFileAtomically(arguments.Get("junit"), JUnitText(head_, results_), 0644));
    }
    if (arguments.Has("tap")) *invocation_.out << TapText(head_, results_);
    if (!github_) return absl::OkStatus();
    *invocation_.out << GithubAnnotations(head_, results_);
    const std::string summary = Environment("GITHUB_STEP_SUMMARY");
    if (!summary.empty()) {
      std::ofstream(summary, std::ios::app) << GithubSummary(head_, results_);
    }
    return absl::OkStatus();
  }

  const Invocation& invocation_;
  Plan plan_;
  PlayOptions options_;
  const Chosen chosen_;
  std::optional<TempFolder> folder_;
  const RunHead head_;
  Results results_;
  const bool github_;
  absl::Duration beat_;
  absl::Status kept_;
};

}  // namespace

absl::StatusOr<ExitCode> RunRun(const Invocation& invocation) {
  ASSIGN_OR_RETURN(Plan plan, PlanFrom(*invocation.arguments));
  ASSIGN_OR_RETURN(const PlayOptions options, PlayOptionsFrom(*invocation.arguments));
  ASSIGN_OR_RETURN(Chosen chosen, ChooseBackend(*invocation.arguments, invocation.process, &plan));
  return Run(invocation, std::move(plan), options, std::move(chosen)).Go();
}

absl::StatusOr<ExitCode> RunCheck(const Invocation& invocation) {
  if (invocation.arguments->positional().empty()) {
    return absl::InvalidArgumentError("check needs a file or a folder");
  }
  bool all_good = true;
  for (const std::string& path : invocation.arguments->positional()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> files, ListScenarios(path));
    for (const std::string& file : files) {
      const absl::Status status = LoadScenario(file).status();
      all_good = all_good && status.ok();
      *invocation.out << (status.ok() ? file + ": good" : std::string(status.message())) << "\n";
    }
  }
  return all_good ? ExitCode::kDone : ExitCode::kUsage;
}

absl::StatusOr<ExitCode> RunReplay(const Invocation& invocation) {
  if (invocation.arguments->Has("backend")) {
    return absl::InvalidArgumentError("--backend is for run; replay has the virtual clock");
  }
  ASSIGN_OR_RETURN(Plan plan, PlanFrom(*invocation.arguments));
  if (plan.scenario_count() != 1 || plan.seeds().count() != 1) {
    return absl::InvalidArgumentError("replay plays one file (or --random) and one --seed");
  }
  const RunHead head = HeadFrom(*invocation.arguments, plan);
  const Verdict verdict =
      RunCase(plan.ScenarioOf({0, plan.seeds().first}), plan.seeds().first, true);
  std::ostream& out = *invocation.out;
  for (const std::string& event : verdict.outcome.events)
    out << event << "\n";
  Results results(1);
  results.Add({0, verdict.seed}, verdict);
  *invocation.words << ScenarioText(head, results.scenarios()[0], 0) << "event log sha256 "
                    << verdict.outcome.event_log_sha256 << "  seed " << verdict.seed << "  commit "
                    << head.commit << "\n";
  return verdict.passed() ? ExitCode::kDone : ExitCode::kBadVerdict;
}

absl::StatusOr<ExitCode> RunGen(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const SeedRange seeds, ParseSeeds(invocation.arguments->Get("seed", "1")));
  *invocation.out << FormatScenario(RandomScenario(seeds.first));
  return ExitCode::kDone;
}

}  // namespace realm::sim
