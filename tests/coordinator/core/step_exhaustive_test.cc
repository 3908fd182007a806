// Everything that can come in, in every order, six inputs deep (five under a sanitizer), from the
// beginning and from the middle of each phase; two worlds with equal futures are looked at once.
// After each step the invariants hold, an auditor that knows nothing of states has nothing to say,
// the same input again changes nothing, and time's next change is where NextWake says. From each
// world that was reached success leads to an end.

#include <gtest/gtest.h>

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

#include "coordinator/core/view.h"
#include "tests/coordinator/core/world.h"
#include "tests/support/coordinator/builders.h"

namespace realm::coordinator {
namespace {

// A sanitizer makes each step several times as slow, and sees the same code one input earlier.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kDepth = 5;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr int kDepth = 5;
#else
constexpr int kDepth = 6;
#endif
#else
constexpr int kDepth = 6;
#endif

struct Setting {
  std::string name;
  Terms terms;
  std::vector<TransferPolicy> transfers = {TransferNamed("main")};
  std::string source = "US";
  std::string target = "EU";
};

std::ostream& operator<<(std::ostream& out, const Setting& setting) {
  return out << setting.name;
}

std::vector<Setting> Settings() {
  Setting plain{"Plain", {}};
  Setting no_grace{"NoGrace", {}};
  no_grace.terms.purge_grace = absl::ZeroDuration();
  Setting before_commit = no_grace;
  before_commit.name = "SwitchBeforeCommit";
  before_commit.terms.switch_order = SwitchOrder::kBeforeCommit;
  Setting seal_at_ready = no_grace;
  seal_at_ready.name = "SealAtReady";
  seal_at_ready.terms.seal_at_ready = true;
  Setting two = no_grace;
  two.name = "TransferThatDoesNotBlock";
  two.transfers = {TransferNamed("main"), TransferNamed("history", false)};
  Setting elapsed = no_grace;
  elapsed.name = "ElapsedTimeAccepted";
  elapsed.terms.accept_elapsed = absl::Minutes(30);
  Setting no_op = no_grace;
  no_op.name = "NoOp";
  no_op.source = "EU";
  no_op.target = "DE";
  Setting there = no_grace;
  there.name = "DataAlreadyThere";
  there.source = there.target = "EU";
  return {plain, no_grace, before_commit, seal_at_ready, two, elapsed, no_op, there};
}

// How a world came about, shared with those that began like it.
struct Path {
  std::string name;
  std::shared_ptr<const Path> before;
};
using PathPtr = std::shared_ptr<const Path>;

PathPtr Then(PathPtr before, std::string name) {
  return std::make_shared<const Path>(Path{std::move(name), std::move(before)});
}

struct Node {
  World world;
  PathPtr path;
};

class StepExhaustiveTest : public testing::TestWithParam<Setting> {
 protected:
  StepExhaustiveTest() {
    Policy policy = SmallPolicy();
    AppPolicy& app = policy.apps.at(AppId("notes"));
    app.terms = GetParam().terms;
    app.transfers = GetParam().transfers;
    policy_ = std::make_shared<const Policy>(std::move(policy));
  }

  World Fresh() const { return World(policy_, GetParam().source); }
  const std::string& target() const { return GetParam().target; }

  // Worlds along the way on which all goes well, from nothing known to the end.
  std::vector<Node> Milestones() {
    std::vector<Node> out;
    Node node{Fresh(), Then(nullptr, "(nothing known)")};
    out.push_back(node);
    std::string wrong;
    for (int i = 0; i < 30 && !(node.world.known() && IsTerminal(node.world.row().state)); ++i) {
      const bool waits = node.world.known() && node.world.row().state == State::kScheduled;
      Happening next = NextGoodThing(node.world, target());
      if (waits)
        next = Happening{Input{HookFor(Hook::kStart, KeyFor("m1")), "platform"}, At(2), "start"};
      EXPECT_TRUE(node.world.Happen(next, &wrong).ok());
      EXPECT_EQ(wrong, "");
      node.path = Then(nullptr, absl::StrCat("(all well up to ", next.name, ")"));
      out.push_back(node);
    }
    EXPECT_EQ(node.world.row().state, State::kCommitted);
    return out;
  }

  void Complain(const Node& node, absl::string_view what) {
    std::string text = absl::StrCat(what, "; the last first:");
    for (const Path* p = node.path.get(); p != nullptr; p = p->before.get()) {
      absl::StrAppend(&text, "\n  ", p->name);
    }
    ADD_FAILURE() << text;
  }

  bool Explore(const Node& node, std::vector<Node>* next);
  void CheckWrite(const Node& node, const Happening& happening, const Changes& changes,
                  const World& after, std::string* wrong);
  bool CheckAgain(const Node& node, const Happening& happening, const Answer& first);
  bool CheckWake(const Node& node);
  bool CheckEnds(const Node& node);

  std::shared_ptr<const Policy> policy_;
  absl::flat_hash_set<std::string> seen_;
  absl::flat_hash_set<std::string> ending_;  // Known to lead to an end.
  int64_t steps_ = 0;
};

// The same once more: nothing changes but when a commit was last answered.
bool StepExhaustiveTest::CheckAgain(const Node& node, const Happening& happening,
                                    const Answer& first) {
  const auto again = node.world.Try(happening.input, node.world.now());
  if (!again.ok()) {
    Complain(node, absl::StrCat("refused the second time: ", again.status().ToString()));
    return false;
  }
  const auto* hook = std::get_if<HookInput>(&happening.input.body);
  const bool is_commit = hook != nullptr && hook->hook == Hook::kCommit;
  bool same = !again->migration;
  if (is_commit && again->migration) {
    World after = node.world;
    std::string wrong;
    after.Happen(happening, &wrong).IgnoreError();
    same = after.Key() == node.world.Key();
  }
  if (!same) Complain(node, "the same again changed something");
  if (hook != nullptr && again->answer.status != first.status) {
    Complain(node, absl::StrCat("answered ", first.status, ", then ", again->answer.status));
    same = false;
  }
  return same;
}

int LeasableJobs(const Migration& m, absl::Time now) {
  int out = 0;
  for (const Job& job : m.jobs) {
    if (job.state == JobState::kWaiting && !WhyJobWaits(m, job, now)) ++out;
  }
  return out;
}

// Time changes something exactly at NextWake: not before, and not for nothing.
bool StepExhaustiveTest::CheckWake(const Node& node) {
  const World& world = node.world;
  if (!world.known()) return true;
  const Migration& m = world.row();
  const absl::Time now = world.now();
  const absl::Time wake = NextWake(m, now);
  const Input tick{TickInput{m.key}, "clock"};
  const auto changes_at = [&](absl::Time at) {
    return world.Try(tick, at)->migration.has_value() ||
           LeasableJobs(m, at) != LeasableJobs(m, now);
  };
  bool right = true;
  if (wake < absl::InfiniteFuture() && !changes_at(std::max(wake, now))) {
    Complain(node, absl::StrCat("woken for nothing at ", absl::FormatTime(wake)));
    right = false;
  }
  const absl::Time before =
      wake == absl::InfiniteFuture() ? now + absl::Hours(24 * 365) : wake - absl::Microseconds(1);
  if (before > now && changes_at(before)) {
    Complain(node, absl::StrCat("woken too late at ", absl::FormatTime(wake)));
    right = false;
  }
  return right;
}

// When everybody does what they should, it ends.
bool StepExhaustiveTest::CheckEnds(const Node& node) {
  if (!node.world.known()) return true;  // Nobody asked for anything.
  Node walk = node;
  std::vector<std::string> keys;
  for (int i = 0; i < 200; ++i) {
    const std::string key = walk.world.Key();
    const bool ends = walk.world.known() && IsTerminal(walk.world.row().state);
    if (ends || ending_.count(key) > 0) {
      ending_.insert(keys.begin(), keys.end());
      return true;
    }
    keys.push_back(key);
    const Happening next = NextGoodThing(walk.world, target());
    walk.path = Then(walk.path, absl::StrCat("well: ", next.name));
    if (next.at == absl::InfiniteFuture()) break;
    std::string wrong;
    const auto changes = walk.world.Happen(next, &wrong);
    if (!wrong.empty() || !changes.ok()) {
      Complain(walk, absl::StrCat(wrong, " ", changes.status().ToString()));
      return false;
    }
  }
  Complain(walk, "no end");
  return false;
}

// A row is written for a reason. Each answer to commit moves the horizon, by nothing at once.
void StepExhaustiveTest::CheckWrite(const Node& node, const Happening& happening,
                                    const Changes& changes, const World& after,
                                    std::string* wrong) {
  if (!changes.migration || changes.answer.replayed) return;
  if (node.world.KeyAt(after.now()) == after.Key()) *wrong = "a write that changes nothing";
  const auto* confirm = std::get_if<ConfirmInput>(&happening.input.body);
  if (confirm != nullptr && confirm->plan_digest == "0000000000000000") {
    *wrong = "an operator's word about something else was taken";
  }
}

bool StepExhaustiveTest::Explore(const Node& node, std::vector<Node>* next) {
  for (const Happening& happening : Alphabet(node.world, target())) {
    World world = node.world;
    std::string wrong;
    const auto changes = world.Happen(happening, &wrong);
    ++steps_;
    if (changes.ok()) CheckWrite(node, happening, *changes, world, &wrong);
    if (wrong.empty() && !seen_.insert(world.Key()).second) continue;
    Node child{std::move(world), Then(node.path, happening.name)};
    if (!wrong.empty()) {
      Complain(child, wrong);
      return false;
    }
    const bool right = (!changes.ok() || CheckAgain(child, happening, changes->answer)) &&
                       CheckWake(child) && CheckEnds(child);
    if (!right) return false;
    next->push_back(std::move(child));
  }
  return true;
}

TEST_P(StepExhaustiveTest, NothingThatComesInBreaksAnything) {
  std::vector<Node> level = Milestones();
  for (const Node& node : level)
    seen_.insert(node.world.Key());
  for (int depth = 0; depth < kDepth; ++depth) {
    std::vector<Node> next;
    for (const Node& node : level) {
      if (!Explore(node, &next)) return;
    }
    level = std::move(next);
  }
  RecordProperty("worlds", static_cast<int>(seen_.size()));
  std::cout << GetParam().name << ": " << seen_.size() << " worlds, " << steps_ << " steps\n";
  EXPECT_GT(seen_.size(), 100u);
}

INSTANTIATE_TEST_SUITE_P(Terms, StepExhaustiveTest, testing::ValuesIn(Settings()),
                         [](const auto& setting) { return setting.param.name; });

}  // namespace
}  // namespace realm::coordinator
