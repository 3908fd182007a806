// realm-sim: plays migrations with faults, from a seed.

#include <iostream>
#include <string>
#include <vector>

#include "common/clock.h"
#include "tests/sim/program.h"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const realm::SystemClock clock;
  return static_cast<int>(realm::sim::RunProgram(words, clock, std::cout, std::cerr));
}
