// Who may include whom. The picture is in docs/ARCHITECTURE.md; this is its enforcement, because a
// header of the system is visible to the compiler whether or not its library is linked.

#ifndef REALMSHIFT_TESTS_TIDY_INCLUDE_RULES_H_
#define REALMSHIFT_TESTS_TIDY_INCLUDE_RULES_H_

#include <string>
#include <vector>

#include "tests/tidy/source_file.h"

namespace realm::tidy {

struct Include {
  std::string name;  // As written, without quotes or angles.
  bool angles = false;
  int line = 0;
};
std::vector<Include> IncludesOf(const SourceFile& file);

// Includes of this project that run against the arrows, and folders that no arrow knows yet.
Findings CheckArrows(const SourceFile& file);

// Headers of libraries outside the few files that may see them.
Findings CheckLibraries(const SourceFile& file);

// What coordinator/core may not have besides: a clock, a thread, randomness, a file.
Findings CheckCoreIsPure(const SourceFile& file);

}  // namespace realm::tidy

#endif  // REALMSHIFT_TESTS_TIDY_INCLUDE_RULES_H_
