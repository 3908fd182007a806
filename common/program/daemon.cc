#include "common/program/daemon.h"

#include <signal.h>
#include <stdio.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "common/config/words.h"
#include "common/failpoint.h"
#include "common/status_macros.h"

#ifndef REALM_VERSION
#define REALM_VERSION "0.1.0"
#endif

namespace realm {
namespace {

std::vector<Flag> FlagsOf(const Daemon& daemon) {
  std::vector<Flag> flags = daemon.flags;
  flags.push_back({"version", "", "which build this is"});
  flags.push_back({"help", "", "this", "h"});
  return flags;
}

std::string HelpOf(const Daemon& daemon) {
  std::string text = absl::StrCat(daemon.name, " ", daemon.summary, ".\n\n");
  for (const absl::string_view line : daemon.usage)
    absl::StrAppend(&text, "  $ ", line, "\n");
  absl::StrAppend(&text, "\n");
  for (const Flag& flag : FlagsOf(daemon))
    absl::StrAppendFormat(&text, "  %-26s %s\n", Written(flag), flag.text);
  return text;
}

absl::Status Run(const Daemon& daemon, const std::vector<std::string>& words) {
  ASSIGN_OR_RETURN(const Arguments arguments, ParseArguments(words, FlagsOf(daemon)));
  if (arguments.Has("help")) {
    printf("%s", HelpOf(daemon).c_str());
    return absl::OkStatus();
  }
  if (arguments.Has("version")) {
    printf("%s %s\n", std::string(daemon.name).c_str(), REALM_VERSION);
    return absl::OkStatus();
  }
  if (arguments.positional().size() > daemon.words_max) {
    return absl::InvalidArgumentError(absl::StrCat(Quoted(arguments.positional()[daemon.words_max]),
                                                   " is one word too many; ", daemon.usage[0]));
  }
  RETURN_IF_ERROR(ArmFailpoints());
  StopSignals signals;
  return daemon.run(arguments, signals);
}

}  // namespace

ExitCode EndOf(const absl::Status& status) {
  if (status.ok()) return ExitCode::kDone;
  if (absl::IsNotFound(status) || absl::IsFailedPrecondition(status)) return ExitCode::kUsage;
  return ExitCodeOf(status);
}

absl::StatusOr<std::string> ConfigOf(const Arguments& arguments) {
  if (!arguments.Get("config").empty()) return arguments.Get("config");
  return absl::InvalidArgumentError("--config is missing; give the configuration file");
}

int RunDaemon(const Daemon& daemon, int argc, const char* const* argv) {
  // A peer that has gone is an error of a call, not the end of the program.
  signal(SIGPIPE, SIG_IGN);
  const absl::Status status = Run(daemon, std::vector<std::string>(argv + 1, argv + argc));
  if (!status.ok()) {
    fprintf(stderr, "%s: %s\n", std::string(daemon.name).c_str(),
            std::string(status.message()).c_str());
  }
  return static_cast<int>(EndOf(status));
}

}  // namespace realm
