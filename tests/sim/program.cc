#include "tests/sim/program.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "common/config/words.h"
#include "common/seeded_bug.h"
#include "common/status_macros.h"
#include "tests/sim/built_commit.h"
#include "tests/sim/scenario_yaml.h"

namespace realm::sim {
namespace {

struct Command {
  absl::string_view name;
  absl::StatusOr<ExitCode> (*run)(const Invocation&);
};

constexpr Command kCommands[] = {
    {"run", RunRun},       {"check", RunCheck}, {"replay", RunReplay},
    {"shrink", RunShrink}, {"gen", RunGen},     {"must-fail", RunMustFail},
};

constexpr absl::string_view kHelp =
    R"(realm-sim COMMAND [FILE | FOLDER]... [FLAGS]

Plays migrations in one process: the real coordinator, workers and jobs over a virtual clock, a
simulated wire and simulated stores. What goes wrong is drawn from the seed; the same seed and
commit give the same run on every machine.

  run        plays scenarios, or random ones if no file is given
               realm-sim run tests/scenarios --seeds 1..200 --junit junit.xml --artifacts out
               realm-sim run --random --seeds 1..100000
  check      reads scenario files and says what is wrong with them
               realm-sim check tests/scenarios
  replay     plays one seed and prints everything that happens
               realm-sim replay tests/scenarios/sim/happy_path.yaml --seed 17
  shrink     makes a failing scenario smaller and prints it
               realm-sim shrink tests/scenarios/sim/happy_path.yaml --seed 17
  gen        prints the random scenario of a seed
               realm-sim gen --seed 17
  must-fail  plays the seeded bugs of a folder; each has to be caught (realm-sim-seeded only)
               realm-sim-seeded must-fail tests/scenarios/must_fail

)";

const std::vector<Flag>& Flags() {
  static const auto* flags = new std::vector<Flag>{
      {"seed", "N", "one seed"},
      {"seeds", "A..B", "many; random:2000 is so many that nobody has chosen"},
      {"minutes", "M", "goes on with further seeds for so long"},
      {"random", "", "random scenarios, one drawn by each seed"},
      {"jobs", "N", "so many runs at once; default 1"},
      {"shard", "I/N", "the Ith of N parts; GTEST_SHARD_INDEX and GTEST_TOTAL_SHARDS do the same"},
      {"twice", "", "runs each seed twice and compares the hashes of the events"},
      {"junit", "FILE", "writes JUnit's XML"},
      {"artifacts", "FOLDER", "writes verdict, events and scenario of each failing run"},
      {"keep", "WHAT", "all: artifacts of every run; failures is the default"},
      {"tap", "", "prints the Test Anything Protocol"},
      {"backend", "WHERE", "process: run on the real programs, in real time, not in one process"},
      {"speed", "N", "with it: a second stands for N of the scenario; default 60"},
      {"bug", "NAME[,NAME]", "runs with seeded bugs (realm-sim-seeded only)"},
      {"markdown", "FILE", "must-fail: writes the table of bugs"},
      {"help", "", "this text", "h"},
  };
  return *flags;
}

std::string HelpText() {
  std::string text(kHelp);
  for (const Flag& flag : Flags()) {
    const std::string name =
        absl::StrCat("--", flag.name, flag.value.empty() ? "" : "=", flag.value);
    absl::StrAppend(&text, "  ", name, std::string(name.size() < 20 ? 20 - name.size() : 1, ' '),
                    flag.text, "\n");
  }
  return text +
         "\nExit status: 0 good, 1 the simulator failed, 2 wrong use or file, "
         "3 something was broken.\n";
}

ExitCode CodeOf(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsNotFound(status) ? ExitCode::kUsage
                                                                     : ExitCode::kFailed;
}

absl::Status ChooseBugs(const Arguments& arguments) {
  if (!arguments.Has("bug")) return absl::OkStatus();
  if (!kHasSeededBugs) {
    return absl::InvalidArgumentError("--bug is for realm-sim-seeded; this program has none");
  }
  std::vector<SeededBug> bugs;
  for (const absl::string_view part : absl::StrSplit(arguments.Get("bug"), ',')) {
    const std::string word(part);
    if (const std::optional<SeededBug> bug = SeededBugFrom(word)) {
      bugs.push_back(*bug);
      continue;
    }
    std::vector<std::string> words;
    for (const SeededBugEntry& entry : SeededBugs())
      words.emplace_back(entry.word);
    return absl::InvalidArgumentError(
        absl::StrCat("there is no bug ", Quoted(word), "; ", Suggestion(word, words)));
  }
  SeedBugs(bugs);
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> RunCommand(const Command& command, const std::vector<std::string>& words,
                                    const Clock& clock, std::ostream& out, std::ostream& complaints,
                                    const Backend* process) {
  ASSIGN_OR_RETURN(const Arguments arguments, ParseArguments(words, Flags()));
  if (arguments.Has("help")) {
    out << HelpText();
    return ExitCode::kDone;
  }
  RETURN_IF_ERROR(ChooseBugs(arguments));
  return command.run({&arguments, &clock, &out, &complaints, process});
}

absl::Status NoSuchCommand(const std::string& word) {
  std::vector<std::string> names;
  for (const Command& command : kCommands)
    names.emplace_back(command.name);
  return absl::InvalidArgumentError(
      absl::StrCat("there is no command ", Quoted(word), "; ", Suggestion(word, names)));
}

absl::StatusOr<ExitCode> Dispatch(const std::vector<std::string>& words, const Clock& clock,
                                  std::ostream& out, std::ostream& complaints,
                                  const Backend* process) {
  // Flags alone mean random scenarios.
  const std::string name = words.empty() || words[0][0] == '-' ? "run" : words[0];
  const bool named = !words.empty() && words[0] == name;
  for (const Command& command : kCommands) {
    if (command.name != name) continue;
    return RunCommand(command, {words.begin() + (named ? 1 : 0), words.end()}, clock, out,
                      complaints, process);
  }
  return NoSuchCommand(name);
}

}  // namespace

ExitCode RunProgram(const std::vector<std::string>& words, const Clock& clock, std::ostream& out,
                    std::ostream& complaints, const Backend* process) {
  if (words.empty() || words[0] == "help") {
    out << HelpText();
    return words.empty() ? ExitCode::kUsage : ExitCode::kDone;
  }
  const absl::StatusOr<ExitCode> code = Dispatch(words, clock, out, complaints, process);
  if (code.ok()) return *code;
  // Findings in a file begin with its name; they need no other.
  const bool is_place = absl::StartsWith(code.status().message(), "realm-sim") ||
                        code.status().message().find(".yaml:") != absl::string_view::npos;
  complaints << (is_place ? "" : "realm-sim: ") << code.status().message() << "\n";
  return CodeOf(code.status());
}

absl::StatusOr<Plan> PlanFrom(const Arguments& arguments) {
  SeedRange seeds;
  if (arguments.Has("seed") && arguments.Has("seeds")) {
    return absl::InvalidArgumentError("write --seed or --seeds, not both");
  }
  if (arguments.Has("seed") || arguments.Has("seeds")) {
    ASSIGN_OR_RETURN(seeds, ParseSeeds(arguments.Get("seed", arguments.Get("seeds"))));
  }
  ASSIGN_OR_RETURN(Shard shard, ShardFromEnvironment());
  if (arguments.Has("shard")) {
    ASSIGN_OR_RETURN(shard, ParseShard(arguments.Get("shard")));
  }
  if (arguments.Has("random") && !arguments.positional().empty()) {
    return absl::InvalidArgumentError("--random takes no files");
  }
  std::vector<Scenario> scenarios;
  for (const std::string& path : arguments.positional()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> files, ListScenarios(path));
    for (const std::string& file : files) {
      ASSIGN_OR_RETURN(Scenario scenario, LoadScenario(file));
      scenarios.push_back(std::move(scenario));
    }
  }
  return Plan(std::move(scenarios), seeds, shard);
}

RunHead HeadFrom(const Arguments& arguments, const Plan& plan) {
  RunHead head;
  head.command = kHasSeededBugs ? "realm-sim-seeded" : "realm-sim";
  if (arguments.Has("bug")) head.arguments = absl::StrCat(" --bug=", arguments.Get("bug"));
  head.commit = std::string(BuiltCommit());
  head.plan = &plan;
  head.artifacts = arguments.Get("artifacts");
  return head;
}

}  // namespace realm::sim
