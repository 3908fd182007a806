#include "tests/sim/backend.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/status_macros.h"

namespace realm::sim {
namespace {

absl::Status CheckFlags(const Arguments& arguments, const Plan& plan, const Backend* process) {
  if (arguments.Get("backend") != "process") {
    return absl::InvalidArgumentError(
        absl::StrCat("--backend is ", arguments.Get("backend"), "; write process, or leave it"));
  }
  if (process == nullptr) {
    return absl::InvalidArgumentError("--backend is for realm-sim; this program has none");
  }
  if (plan.is_drawn()) {
    return absl::InvalidArgumentError(
        "--backend process plays files; random scenarios need the virtual clock");
  }
  if (arguments.Has("twice")) {
    return absl::InvalidArgumentError(
        "--twice compares what real time does not repeat; leave it out with --backend process");
  }
  return absl::OkStatus();
}

absl::StatusOr<int> SpeedFrom(const Arguments& arguments) {
  int speed = kSpeedDefault;
  if (!arguments.Has("speed")) return speed;
  if (absl::SimpleAtoi(arguments.Get("speed"), &speed) && speed >= 1 && speed <= kSpeedMax) {
    return speed;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--speed is ", arguments.Get("speed"), "; write 1 to ", kSpeedMax));
}

}  // namespace

absl::StatusOr<Chosen> ChooseBackend(const Arguments& arguments, const Backend* process,
                                     Plan* plan) {
  Chosen chosen;
  if (!arguments.Has("backend")) {
    if (!arguments.Has("speed")) return chosen;
    return absl::InvalidArgumentError("--speed is for --backend process");
  }
  RETURN_IF_ERROR(CheckFlags(arguments, *plan, process));
  ASSIGN_OR_RETURN(chosen.speed, SpeedFrom(arguments));
  chosen.backend = process;
  const std::vector<std::string>& named = arguments.positional();
  std::vector<Scenario> kept;
  std::vector<std::string> refused;
  for (size_t i = 0; i < plan->scenario_count(); ++i) {
    Scenario scenario = plan->ScenarioOf({i, 0});
    const std::vector<std::string> words = process->WordsNotPlayed(scenario);
    if (words.empty()) {
      kept.push_back(std::move(scenario));
    } else if (std::count(named.begin(), named.end(), scenario.file) > 0) {
      refused.insert(refused.end(), words.begin(), words.end());
    } else {
      chosen.skipped.push_back(absl::StrCat("SKIP  ", scenario.name, "  ", words.front()));
    }
  }
  if (!refused.empty()) return absl::InvalidArgumentError(absl::StrJoin(refused, "\n"));
  if (kept.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no scenario can be played so:\n", absl::StrJoin(chosen.skipped, "\n")));
  }
  *plan = Plan(std::move(kept), plan->seeds(), plan->shard());
  return chosen;
}

}  // namespace realm::sim
