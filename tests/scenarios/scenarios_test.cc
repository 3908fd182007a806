// Whole conversations between the platform, the workers and the core, as text.
// REALM_REWRITE=1 writes what the program says now into the files; the difference
// is then reviewed.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "coordinator/core/rules.h"
#include "tests/scenarios/conversation.h"
#include "tests/scenarios/golden.h"

namespace realm::coordinator {
namespace {

std::vector<std::string> ScenarioFiles() {
  const char* root = std::getenv("REALM_SOURCE_DIR");
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(
           absl::StrCat(root == nullptr ? "." : root, "/tests/scenarios"))) {
    if (entry.path().extension() == ".txt") out.push_back(entry.path().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string ReadText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// What the file would be if the program were right.
std::string Play(const std::string& text, Conversation* conversation) {
  return PrintGolden(
      Rerun(ParseGolden(text), [&](const std::string& line) { return conversation->Run(line); }));
}

TEST(ScenariosTest, EachReadsAsItIsPlayed) {
  const bool rewrite = std::getenv("REALM_REWRITE") != nullptr;
  const std::vector<std::string> files = ScenarioFiles();
  EXPECT_GE(files.size(), 20u);
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    Conversation conversation;
    const std::string text = ReadText(file);
    const std::string played = Play(text, &conversation);
    EXPECT_EQ(played.find("??"), std::string::npos) << played;
    if (rewrite) {
      std::ofstream(file) << played;
    } else {
      EXPECT_EQ(text, played) << "run with REALM_REWRITE=1 and review the difference";
    }
  }
}

TEST(ScenariosTest, EveryGoCellIsTakenBySomeScenario) {
  std::set<std::pair<State, Event>> taken;
  for (const std::string& file : ScenarioFiles()) {
    Conversation conversation;
    Play(ReadText(file), &conversation);
    taken.insert(conversation.taken().begin(), conversation.taken().end());
  }
  for (int s = 0; s < kStateCount; ++s) {
    for (int e = 0; e < kEventCount; ++e) {
      const Rule& rule = RuleFor(static_cast<State>(s), static_cast<Event>(e));
      const bool is_go = rule.verdict == Verdict::kGo;
      EXPECT_EQ(taken.count({rule.state, rule.event}), is_go ? 1u : 0u)
          << ToString(rule.state) << " x " << ToString(rule.event);
    }
  }
}

}  // namespace
}  // namespace realm::coordinator
