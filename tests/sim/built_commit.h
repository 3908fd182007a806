// Which sources this program was built from.

#ifndef REALMSHIFT_TESTS_SIM_BUILT_COMMIT_H_
#define REALMSHIFT_TESTS_SIM_BUILT_COMMIT_H_

#include "absl/strings/string_view.h"

namespace realm::sim {

// The commit, with "-dirty" behind it if something was changed since; "unknown" outside of git. Its
// definition is written by the build (built_commit.cmake).
absl::string_view BuiltCommit();

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_BUILT_COMMIT_H_
