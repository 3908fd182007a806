// Runs tests/e2e/node/platform.mjs, which has the platform's own token libraries.

#ifndef REALMSHIFT_TESTS_COORDINATOR_EDGE_NODE_CLIENT_H_
#define REALMSHIFT_TESTS_COORDINATOR_EDGE_NODE_CLIENT_H_

#include <stdio.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "common/check.h"
#include "common/files.h"
#include "coordinator/edge/json.h"
#include "tests/support/paths.h"
#include "tests/support/temp_folder.h"

namespace realm::edge {

// What it prints in `mode` for `plan`, a line each. Stops the test program when it cannot be run:
// `./dev setup` installs the packages.
inline std::vector<Json> RunNode(const std::string& mode, const std::string& plan) {
  const TempFolder folder;
  REALM_CHECK_OK(WriteFileAtomically(folder.path("plan.json"), plan, 0600));
  // Installed once, whichever build the tests are of.
  const std::string command = absl::StrCat(
      "REALM_NODE_MODULES='", SourceFolder(), "/build/node/node_modules' node '", SourceFolder(),
      "/tests/e2e/node/platform.mjs' ", mode, " '", folder.path("plan.json"), "'");
  FILE* output = popen(command.c_str(), "r");
  REALM_CHECK(output != nullptr);
  std::string text;
  char piece[4096];
  while (const size_t count = fread(piece, 1, sizeof(piece), output))
    text.append(piece, count);
  REALM_CHECK(pclose(output) == 0, "node did not succeed; has ./dev setup been run?");
  std::vector<Json> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    lines.push_back(ParseJson(line, {1 << 20, 8}).value());
  }
  return lines;
}

}  // namespace realm::edge

#endif  // REALMSHIFT_TESTS_COORDINATOR_EDGE_NODE_CLIENT_H_
