#include "tests/chaos/storm.h"

#include <signal.h>

#include <iterator>

#include "common/check.h"

namespace realm::chaos {
namespace {

// A stopped program outlives its lease now and then: a zombie.
constexpr absl::Duration kStopMost = absl::Seconds(4);
constexpr absl::Duration kDeathMost = absl::Milliseconds(400);
constexpr absl::Duration kCutMost = absl::Seconds(3);

// What is due of `pending`, or all.
template <typename Act>
void TakeDue(absl::Duration now, bool all, std::map<std::string, absl::Duration>* pending,
             const Act& act) {
  for (auto each = pending->begin(); each != pending->end();) {
    const bool due = all || each->second <= now;
    if (due) act(each->first);
    each = due ? pending->erase(each) : std::next(each);
  }
}

}  // namespace

Storm::Storm(uint64_t seed, e2e::RunningSystem* running,
             std::map<std::string, std::unique_ptr<LinkProxy>>* links)
    : random_(seed), running_(running), links_(links) {}

absl::Duration Storm::DrawSpan(absl::Duration most) {
  return most * (Draw(1000) + 1) / 1000;
}

void Storm::Turn() {
  Restore(false);
  // Of a hundred: mostly kills.
  const int what = Draw(100);
  if (what < 62) {
    Kill();
  } else if (what < 76) {
    Stop();
  } else if (what < 98) {
    Cut();
  } else {
    RestartDatabase();
  }
}

void Storm::Calm() {
  Restore(true);
}

void Storm::Kill() {
  const std::vector<std::string> names = running_->system().names();
  const std::string& name = names[Draw(static_cast<int>(names.size()))];
  if (dead_.count(name) > 0) return;
  running_->system().child(name).Kill();
  stopped_.erase(name);
  dead_[name] = clock_.Monotonic() + DrawSpan(kDeathMost);
  ++figures_.kills;
}

void Storm::Stop() {
  const std::vector<std::string> names = running_->system().names();
  const std::string& name = names[Draw(static_cast<int>(names.size()))];
  if (dead_.count(name) > 0 || stopped_.count(name) > 0) return;
  running_->system().child(name).Signal(SIGSTOP);
  stopped_[name] = clock_.Monotonic() + DrawSpan(kStopMost);
  ++figures_.stops;
}

void Storm::Cut() {
  auto link = links_->begin();
  std::advance(link, Draw(static_cast<int>(links_->size())));
  static constexpr LinkMode kModes[] = {LinkMode::kHoldRequests, LinkMode::kHoldAnswers,
                                        LinkMode::kHoldBoth, LinkMode::kSlow, LinkMode::kReset};
  link->second->Set(kModes[Draw(5)]);
  cut_[link->first] = clock_.Monotonic() + DrawSpan(kCutMost);
  ++figures_.partitions;
}

void Storm::RestartDatabase() {
  PostgresServer& cluster = e2e::PostgresClusterOf(Draw(2) == 0 ? "US" : "EU");
  Draw(2) == 0 ? cluster.Crash() : cluster.Stop();
  cluster.Start();
  ++figures_.database_restarts;
}

void Storm::Restore(bool all) {
  const absl::Duration now = clock_.Monotonic();
  TakeDue(now, all, &cut_,
          [&](const std::string& name) { links_->at(name)->Set(LinkMode::kPass); });
  TakeDue(now, all, &stopped_,
          [&](const std::string& name) { running_->system().child(name).Signal(SIGCONT); });
  TakeDue(now, all, &dead_,
          [&](const std::string& name) { REALM_CHECK_OK(running_->system().Start(name)); });
  for (const std::string& name : running_->system().names()) {
    if (dead_.count(name) > 0 || !running_->system().child(name).Poll().has_value()) continue;
    REALM_CHECK_OK(running_->system().Start(name));
    ++figures_.exits;
  }
}

}  // namespace realm::chaos
