// realm-sim: plays migrations with faults, from a seed.

#include <iostream>
#include <string>
#include <vector>

#include "common/clock.h"
#include "tests/sim/program.h"
#ifndef REALM_SEEDED_BUGS
#include "tests/sim/process/process_backend.h"
#endif

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const realm::SystemClock clock;
#ifdef REALM_SEEDED_BUGS
  // Its bugs are in this program, not in those that would be started.
  const realm::sim::Backend* process = nullptr;
#else
  const realm::sim::ProcessBackend backend;
  const realm::sim::Backend* process = &backend;
#endif
  return static_cast<int>(realm::sim::RunProgram(words, clock, std::cout, std::cerr, process));
}
