// What a scenario may say that real programs in real time cannot be made to do.

#ifndef REALMSHIFT_TESTS_SIM_PROCESS_REFUSED_WORDS_H_
#define REALMSHIFT_TESTS_SIM_PROCESS_REFUSED_WORDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "tests/sim/scenario.h"

namespace realm::sim {

// See Backend::WordsNotPlayed. `text` is the scenario's file, for the lines.
std::vector<std::string> RefusedWords(const Scenario& scenario, absl::string_view text);

// The line of the `nth` place, from 1, at which `text` has `word` as a key; 1 if there is none.
int LineOfKey(absl::string_view text, absl::string_view word, int nth);

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_PROCESS_REFUSED_WORDS_H_
