// realmctl: for operators, developers and CI.

#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "common/clock.h"
#include "common/tls.h"
#include "coordinator/ctl/console.h"
#include "coordinator/ctl/program.h"

namespace {

// The other programs lie beside this one.
std::string ProgramFolder() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "." : self.parent_path().string();
}

extern "C" void Interrupt(int) {
  _exit(static_cast<int>(realm::ExitCode::kInterrupted));
}

}  // namespace

int main(int argc, char** argv) {
  // Commands that have something to end take the signals over.
  signal(SIGINT, Interrupt);
  signal(SIGPIPE, SIG_IGN);
  realm::RouteGrpcLogs();
  const realm::SystemClock clock;
  realm::ctl::Console console = realm::ctl::Console::OfProgram();
  const std::vector<std::string> words(argv + 1, argv + argc);
  return static_cast<int>(realm::ctl::RunCommandLine(words, ProgramFolder(), clock, console));
}
