// The repository checks itself. The rules are in the files beside this one, and each of them is
// shown a planted violation in rules_test.cc.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"

#include "common/check.h"
#include "common/files.h"
#include "tests/support/paths.h"
#include "tests/tidy/include_rules.h"
#include "tests/tidy/source_file.h"
#include "tests/tidy/text_rules.h"

namespace realm::tidy {
namespace {

const std::vector<SourceFile>& Sources() {
  static const auto* sources = new std::vector<SourceFile>(ReadSources(SourceFolder()));
  return *sources;
}

// Fails with a line for each finding.
void Report(const Findings& findings) {
  if (!findings.empty()) ADD_FAILURE() << absl::StrJoin(findings, "\n");
}

void Check(Findings (*rule)(const SourceFile&)) {
  Findings all;
  for (const SourceFile& file : Sources()) {
    const Findings some = rule(file);
    all.insert(all.end(), some.begin(), some.end());
  }
  Report(all);
}

std::vector<std::string> NamesIn(const std::string& folder) {
  std::vector<std::string> names;
  if (!std::filesystem::exists(folder)) return names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

TEST(HouseTest, TheTreeIsRead) {
  // A rule that looks at nothing finds nothing.
  EXPECT_GT(Sources().size(), 50u);
}

TEST(HouseTest, IncludesFollowTheArrows) {
  Check(CheckArrows);
}

TEST(HouseTest, LibrariesStayWhereTheyBelong) {
  Check(CheckLibraries);
}

TEST(HouseTest, TheCoreIsPure) {
  Check(CheckCoreIsPure);
}

TEST(HouseTest, FilesAreShort) {
  Check(CheckLength);
}

TEST(HouseTest, WordsMeanSomething) {
  Check(CheckWords);
}

TEST(HouseTest, TimeAndChanceComeThroughTheirInterfaces) {
  Check(CheckClocks);
}

TEST(HouseTest, FilesHaveTheHousesForm) {
  Check(CheckForm);
}

TEST(HouseTest, NothingIsAddedAtTheTop) {
  Report(CheckTopLevel(NamesIn(SourceFolder())));
}

TEST(HouseTest, DecisionsAreLinkedFromTheArchitecture) {
  const std::vector<std::string> pages = NamesIn(SourceFolder() + "/docs/adr");
  if (pages.empty()) GTEST_SKIP() << "no decisions are written down yet";
  const absl::StatusOr<std::string> text = ReadSmallFile(SourceFolder() + "/docs/ARCHITECTURE.md");
  ASSERT_TRUE(text.ok()) << text.status();
  Report(CheckDecisionsAreLinked(pages, *text));
}

}  // namespace
}  // namespace realm::tidy
