// A file of commands and what they print:
//
//   # Comments, and empty lines, stand where they like.
//   at 02:00 start m1
//   ----
//   ok: copying
//
// A block is its commands, the line of dashes, and the output up to an empty line.

#ifndef REALMSHIFT_TESTS_SCENARIOS_GOLDEN_H_
#define REALMSHIFT_TESTS_SCENARIOS_GOLDEN_H_

#include <functional>
#include <string>
#include <vector>

namespace realm::coordinator {

struct Block {
  std::vector<std::string> lines;  // Commands, comments and empty lines, as they stand.
  std::string output;              // Lines, each ended.
};

std::vector<Block> ParseGolden(const std::string& text);
std::string PrintGolden(const std::vector<Block>& blocks);

// The blocks with what `run` prints for each command in place of their output.
std::vector<Block> Rerun(const std::vector<Block>& blocks,
                         const std::function<std::string(const std::string&)>& run);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_TESTS_SCENARIOS_GOLDEN_H_
