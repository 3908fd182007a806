// The source tree as the tidy rules see it: paths and lines.

#ifndef REALMSHIFT_TESTS_TIDY_SOURCE_FILE_H_
#define REALMSHIFT_TESTS_TIDY_SOURCE_FILE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace realm::tidy {

struct SourceFile {
  std::string path;  // From the root: "coordinator/core/step.cc".
  std::string text;
};

// A broken rule: "coordinator/core/step.cc:12: what is wrong and what would be right".
using Findings = std::vector<std::string>;

// Every .h and .cc file under `root`, builds and dotfiles left out, in order of path.
std::vector<SourceFile> ReadSources(const std::string& root);

// `text` with its comments and the contents of its string and character literals replaced by
// spaces. Lines stay where they are.
std::string CodeOf(absl::string_view text);

// The words of an identifier or a path, in lower case: "JobRunner", "job_runner.cc" -> job runner
// (cc).
std::vector<std::string> WordsOf(absl::string_view name);

bool IsHeader(const SourceFile& file);
// Under tests/.
bool IsTest(const SourceFile& file);
// The path up to its last slash; empty at the root.
absl::string_view FolderOf(absl::string_view path);

}  // namespace realm::tidy

#endif  // REALMSHIFT_TESTS_TIDY_SOURCE_FILE_H_
