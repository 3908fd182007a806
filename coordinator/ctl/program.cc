#include "coordinator/ctl/program.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "common/config/words.h"
#include "common/status_macros.h"
#include "coordinator/ctl/directory_commands.h"
#include "coordinator/ctl/fleet_commands.h"
#include "coordinator/ctl/help.h"
#include "coordinator/ctl/local_commands.h"
#include "coordinator/ctl/migration_commands.h"
#include "coordinator/rpc/error_info.h"

#ifndef REALM_VERSION
#define REALM_VERSION "0.1.0"
#endif

namespace realm::ctl {
namespace {

using Words = std::vector<std::string>;

// How many of the first `words` are the name of `command`; 0 when they are not.
size_t WordsMatched(const Command& command, const Words& words) {
  const Words name = absl::StrSplit(command.name, ' ');
  const bool is =
      words.size() >= name.size() && std::equal(name.begin(), name.end(), words.begin());
  return is ? name.size() : 0;
}

const Command* Find(const Words& words, size_t* matched) {
  const Command* found = nullptr;
  *matched = 0;
  for (const Command& command : AllCommands()) {
    if (WordsMatched(command, words) <= *matched) continue;
    *matched = WordsMatched(command, words);
    found = &command;
  }
  return found;
}

// The names that begin as `words` do, or the first words of all: what may have been meant.
Words NamesNear(const Words& words) {
  Words nouns;
  Words verbs;
  for (const Command& command : AllCommands()) {
    const Words name = absl::StrSplit(command.name, ' ');
    nouns.push_back(name[0]);
    if (name.size() > 1 && name[0] == words[0]) verbs.push_back(name[1]);
  }
  return verbs.empty() ? nouns : verbs;
}

absl::Status NoSuchCommand(const Words& words) {
  const Words near = NamesNear(words);
  const bool noun_is_known = OverviewOf(AllCommands(), words[0]) != "";
  const std::string& wrong = noun_is_known && words.size() > 1 ? words[1] : words[0];
  const std::string nearest = Nearest(wrong, near);
  const std::string prefix = noun_is_known ? absl::StrCat(words[0], " ") : "";
  const std::string suggestion =
      nearest.empty() ? "`realmctl help` lists them all"
                      : absl::StrCat("did you mean `realmctl ", prefix, nearest, "`?");
  return absl::InvalidArgumentError(
      absl::StrCat("there is no command ", Quoted(absl::StrCat(prefix, wrong)), "; ", suggestion));
}

absl::Status CheckCount(const Command& command, const Arguments& arguments) {
  const size_t count = arguments.positional().size();
  if (count < command.arguments_min) {
    return absl::InvalidArgumentError(
        absl::StrCat(command.name, " needs ", command.arguments, ": ", command.example));
  }
  if (count > command.arguments_max) {
    return absl::InvalidArgumentError(absl::StrCat(
        Quoted(arguments.positional()[command.arguments_max]), " is one argument too many; ",
        command.name, " takes ", command.arguments.empty() ? "none" : command.arguments));
  }
  return absl::OkStatus();
}

absl::StatusOr<Output> OutputOf(const Arguments& arguments) {
  const std::string format = arguments.Get("output", "table");
  if (format == "table") return Output::kTable;
  if (format == "json") return Output::kJson;
  if (format == "jsonl") return Output::kJsonLines;
  return absl::InvalidArgumentError(
      absl::StrCat("--output is ", Quoted(format), "; write table, json or jsonl"));
}

absl::StatusOr<ExitCode> RunCommand(const Command& command, const Words& rest,
                                    const std::string& program_folder, const Clock& clock,
                                    Console& console) {
  ASSIGN_OR_RETURN(Arguments arguments, ParseArguments(rest, FlagsOf(command)));
  if (arguments.Has("help")) {
    console.Print(HelpOf(command));
    return ExitCode::kDone;
  }
  RETURN_IF_ERROR(CheckCount(command, arguments));
  ASSIGN_OR_RETURN(const Output output, OutputOf(arguments));
  RETURN_IF_ERROR(
      console.SetColor(arguments.Has("no-color") ? "never" : arguments.Get("color", "auto")));
  return command.run({std::move(arguments), output, console, clock, program_folder});
}

absl::StatusOr<ExitCode> Help(const Words& words, Console& console) {
  if (words.empty()) {
    console.Print(Overview(AllCommands()));
    return ExitCode::kDone;
  }
  size_t matched = 0;
  const Command* command = Find(words, &matched);
  const std::string text =
      command != nullptr ? HelpOf(*command) : OverviewOf(AllCommands(), words[0]);
  if (text.empty()) return NoSuchCommand(words);
  console.Print(text);
  return ExitCode::kDone;
}

bool AsksForHelp(const std::string& word) {
  return word == "help" || word == "--help" || word == "-h";
}

absl::StatusOr<ExitCode> Dispatch(const Words& words, const std::string& program_folder,
                                  const Clock& clock, Console& console) {
  if (words.empty()) return Help({}, console);
  if (AsksForHelp(words[0])) return Help(Words(words.begin() + 1, words.end()), console);
  size_t matched = 0;
  const Command* command = Find(words, &matched);
  if (command != nullptr) {
    const Words rest(words.begin() + static_cast<ptrdiff_t>(matched), words.end());
    return RunCommand(*command, rest, program_folder, clock, console);
  }
  if (words.size() == 1 || AsksForHelp(words[1])) return Help({words[0]}, console);
  return NoSuchCommand(words);
}

void Complain(const absl::Status& status, Console& console) {
  const std::optional<coordinator::ErrorInfo> error = coordinator::GetErrorInfo(status);
  console.Note(absl::StrCat("realmctl: ", Printable(status.message()),
                            error.has_value() ? absl::StrCat(" (", error->reason, ")") : "", "\n"));
}

absl::StatusOr<ExitCode> Version(const Invocation& invocation) {
  invocation.console.Print(absl::StrCat("realmctl ", REALM_VERSION, "\n"));
  return ExitCode::kDone;
}

Command VersionCommand() {
  Command version;
  version.name = "version";
  version.summary = "which realmctl this is";
  version.example = "realmctl version";
  version.remote = false;
  version.has_output = false;
  version.run = Version;
  return version;
}

}  // namespace

const std::vector<Command>& AllCommands() {
  static const auto* commands = [] {
    auto* all = new std::vector<Command>;
    for (const auto& part : {StatusCommands(), MigrationCommands(), WorkerCommands(),
                             QueueCommands(), DirectoryCommands(), DevCommands(), DemoCommands()})
      all->insert(all->end(), part.begin(), part.end());
    all->push_back(VersionCommand());
    return all;
  }();
  return *commands;
}

ExitCode RunCommandLine(const Words& words, const std::string& program_folder, const Clock& clock,
                        Console& console) {
  const absl::StatusOr<ExitCode> code = Dispatch(words, program_folder, clock, console);
  if (code.ok()) return *code;
  Complain(code.status(), console);
  return ExitCodeOf(code.status());
}

}  // namespace realm::ctl
