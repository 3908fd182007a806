// The table, looked at as a graph: what may follow what, and that the page people
// read is the table the program runs.

#include "coordinator/core/rules.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"

#include "coordinator/core/state.h"

namespace realm::coordinator {
namespace {

constexpr absl::string_view kBegin = "<!-- table: begin -->\n";
constexpr absl::string_view kEnd = "<!-- table: end -->\n";

std::set<State> Next(State state) {
  std::set<State> out;
  for (int e = 0; e < kEventCount; ++e) {
    const Rule& rule = RuleFor(state, static_cast<Event>(e));
    if (rule.verdict == Verdict::kGo) out.insert(rule.to);
  }
  return out;
}

std::set<State> Reachable(State from) {
  std::set<State> seen;
  std::vector<State> open = {from};
  while (!open.empty()) {
    const State state = open.back();
    open.pop_back();
    for (State next : Next(state)) {
      if (seen.insert(next).second) open.push_back(next);
    }
  }
  return seen;
}

TEST(RulesTest, EveryStateAndEventHasItsOwnRule) {
  for (int s = 0; s < kStateCount; ++s) {
    for (int e = 0; e < kEventCount; ++e) {
      const Rule& rule = RuleFor(static_cast<State>(s), static_cast<Event>(e));
      EXPECT_EQ(static_cast<int>(rule.state), s);
      EXPECT_EQ(static_cast<int>(rule.event), e);
      EXPECT_EQ(rule.verdict == Verdict::kGo, rule.to != rule.state);
    }
  }
}

TEST(RulesTest, NoStateIsReachedTwice) {
  for (int s = 0; s < kStateCount; ++s) {
    const State state = static_cast<State>(s);
    EXPECT_EQ(Reachable(state).count(state), 0u) << ToString(state);
  }
}

TEST(RulesTest, EveryStateIsReachedAndReachesAnEnd) {
  EXPECT_EQ(Reachable(State::kNone).size(), static_cast<size_t>(kStateCount - 1));
  for (int s = 0; s < kStateCount; ++s) {
    const State state = static_cast<State>(s);
    bool ends = IsTerminal(state);
    for (State next : Reachable(state))
      ends |= IsTerminal(next);
    EXPECT_TRUE(ends) << ToString(state);
  }
}

TEST(RulesTest, EndsAreLeftByNothing) {
  for (int s = 0; s < kStateCount; ++s) {
    const State state = static_cast<State>(s);
    EXPECT_EQ(IsTerminal(state), Next(state).empty()) << ToString(state);
  }
}

TEST(RulesTest, NothingLeadsBackFromTheSwitch) {
  for (State state : {State::kSwitched, State::kCommitted}) {
    for (State lost : {State::kFailed, State::kRollingBack, State::kRolledBack}) {
      EXPECT_EQ(Reachable(state).count(lost), 0u) << ToString(state);
    }
  }
}

// A hook must never be taken for done because nobody looked at its cell.
TEST(RulesTest, HooksOfNobodyKnownAreRefusedButForRollback) {
  for (Event event : {Event::kReschedule, Event::kStart, Event::kCommit}) {
    EXPECT_EQ(RuleFor(State::kNone, event).why, Refusal::kNotScheduled) << ToString(event);
  }
  EXPECT_EQ(RuleFor(State::kNone, Event::kRollback).to, State::kCancelled);
}

// Rollback is taken everywhere but past the switch.
TEST(RulesTest, RollbackIsRefusedOnlyPastTheSwitch) {
  for (int s = 0; s < kStateCount; ++s) {
    const Rule& rule = RuleFor(static_cast<State>(s), Event::kRollback);
    const bool past = rule.state == State::kSwitched || rule.state == State::kCommitted;
    EXPECT_EQ(rule.verdict == Verdict::kRefuse, past) << ToString(rule.state);
    if (past) {
      EXPECT_EQ(rule.why, Refusal::kPointOfNoReturn);
    }
  }
}

// A fact, a report and the passing of time have nobody who could be refused.
TEST(RulesTest, OnlyCallersAreRefused) {
  for (int s = 0; s < kStateCount; ++s) {
    for (int e = static_cast<int>(Event::kTraffic); e < kEventCount; ++e) {
      const Rule& rule = RuleFor(static_cast<State>(s), static_cast<Event>(e));
      EXPECT_NE(rule.verdict, Verdict::kRefuse) << ToString(rule.state) << ToString(rule.event);
    }
  }
}

std::string DocumentPath() {
  const char* root = std::getenv("REALM_SOURCE_DIR");
  return absl::StrCat(root == nullptr ? "." : root, "/docs/STATE_MACHINE.md");
}

std::string ReadDocument() {
  std::ostringstream text;
  text << std::ifstream(DocumentPath()).rdbuf();
  return text.str();
}

// REALM_REWRITE=1 writes the table into the page; the difference is then reviewed.
TEST(RulesTest, TheDocumentShowsTheTable) {
  const std::string text = ReadDocument();
  const size_t begin = text.find(std::string(kBegin));
  const size_t end = text.find(std::string(kEnd));
  ASSERT_NE(begin, std::string::npos) << DocumentPath();
  ASSERT_NE(end, std::string::npos) << DocumentPath();
  const size_t from = begin + kBegin.size();
  if (std::getenv("REALM_REWRITE") != nullptr) {
    std::ofstream(DocumentPath()) << text.substr(0, from) << "\n"
                                  << RulesAsMarkdown() << "\n"
                                  << text.substr(end);
    return;
  }
  EXPECT_EQ(text.substr(from, end - from), absl::StrCat("\n", RulesAsMarkdown(), "\n"))
      << "run the test again with REALM_REWRITE=1 and review the difference";
}

}  // namespace
}  // namespace realm::coordinator
