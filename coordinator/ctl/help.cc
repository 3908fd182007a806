#include "coordinator/ctl/help.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "coordinator/ctl/table.h"

namespace realm::ctl {
namespace {

std::string Usage(const Command& command) {
  return absl::StrCat(command.name, command.arguments.empty() ? "" : " ", command.arguments);
}

std::string Lines(const std::vector<Command>& commands, absl::string_view noun) {
  std::string lines;
  for (const Command& command : commands) {
    const bool wanted = noun.empty() || command.name == noun ||
                        absl::StartsWith(command.name, absl::StrCat(noun, " "));
    if (wanted) absl::StrAppendFormat(&lines, "  %-32s %s\n", Usage(command), command.summary);
  }
  return lines;
}

}  // namespace

std::vector<Flag> FlagsOf(const Command& command) {
  std::vector<Flag> flags = command.flags;
  if (command.has_output) {
    flags.push_back({"output", "FORMAT", "table, json or jsonl; default table", "o"});
  }
  if (command.remote) {
    flags.insert(flags.end(), EndpointFlags().begin(), EndpointFlags().end());
  }
  flags.push_back({"color", "WHEN", "auto, always or never; default auto"});
  flags.push_back({"no-color", "", "the same as --color=never"});
  flags.push_back({"help", "", "this", "h"});
  return flags;
}

std::string Overview(const std::vector<Command>& commands) {
  return absl::StrCat(
      "realmctl looks at tenants' moves between realms and helps them along.\n\n"
      "  realmctl COMMAND [ARGUMENTS] [FLAGS]\n\n",
      Lines(commands, ""), "\nMore: realmctl help COMMAND\n");
}

std::string OverviewOf(const std::vector<Command>& commands, absl::string_view noun) {
  const std::string lines = Lines(commands, noun);
  return lines.empty() ? "" : absl::StrCat(lines, "\nMore: realmctl help COMMAND\n");
}

std::string HelpOf(const Command& command) {
  std::string text = absl::StrCat("realmctl ", command.name, ": ", command.summary, ".\n\n", "  $ ",
                                  command.example, "\n\n");
  if (!command.text.empty()) absl::StrAppend(&text, command.text, "\n\n");
  absl::StrAppend(&text, "Usage: realmctl ", Usage(command), " [FLAGS]\n\n");
  for (const Flag& flag : FlagsOf(command)) {
    absl::StrAppendFormat(&text, "  %-26s %s\n", Written(flag), flag.text);
  }
  return text;
}

}  // namespace realm::ctl
