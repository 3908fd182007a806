// Where a test finds the source tree and the programs it starts.

#ifndef REALMSHIFT_TESTS_SUPPORT_PATHS_H_
#define REALMSHIFT_TESTS_SUPPORT_PATHS_H_

#include <string>

namespace realm {

// The root of the source tree: the environment's REALM_SOURCE_DIR, which ctest sets, or the first
// folder above this program that has a LICENSE beside a CMakeLists.txt.
std::string SourceFolder();

// The folder of the executables: the environment's REALM_BIN_DIR, or bin beside this program's.
std::string ProgramFolder();

}  // namespace realm

#endif  // REALMSHIFT_TESTS_SUPPORT_PATHS_H_
