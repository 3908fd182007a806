#include "tests/scenarios/golden.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace realm::coordinator {
namespace {

constexpr char kDashes[] = "----";

}  // namespace

std::vector<Block> ParseGolden(const std::string& text) {
  std::vector<Block> out(1);
  bool in_output = false;
  for (const auto& line : absl::StrSplit(text, '\n')) {
    if (!in_output && line == kDashes) {
      in_output = true;
    } else if (in_output && line.empty()) {
      in_output = false;
      out.emplace_back();
    } else if (in_output) {
      absl::StrAppend(&out.back().output, line, "\n");
    } else {
      out.back().lines.emplace_back(line);
    }
  }
  // What follows the last block: the empty string after the file's last line end.
  if (out.back().lines.empty() || out.back().lines == std::vector<std::string>{""}) out.pop_back();
  return out;
}

std::string PrintGolden(const std::vector<Block>& blocks) {
  std::string out;
  for (const Block& block : blocks) {
    for (const std::string& line : block.lines)
      absl::StrAppend(&out, line, "\n");
    absl::StrAppend(&out, kDashes, "\n", block.output, "\n");
  }
  return out;
}

std::vector<Block> Rerun(const std::vector<Block>& blocks,
                         const std::function<std::string(const std::string&)>& run) {
  std::vector<Block> out = blocks;
  for (Block& block : out) {
    block.output.clear();
    for (const std::string& line : block.lines) {
      if (!line.empty() && line[0] != '#') block.output += run(line);
    }
  }
  return out;
}

}  // namespace realm::coordinator
