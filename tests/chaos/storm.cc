#include "tests/chaos/storm.h"

#include <signal.h>

#include <algorithm>
#include <iterator>

#include "absl/strings/string_view.h"

#include "common/check.h"

namespace realm::chaos {
namespace {

// A stopped program outlives its lease now and then.
constexpr absl::Duration kStopMost = absl::Seconds(6);
constexpr absl::Duration kDeathMost = absl::Milliseconds(300);
constexpr absl::Duration kCutMost = absl::Seconds(3);
constexpr absl::Duration kStepMost = absl::Seconds(3);
// Well below what is left of a window when a move begins.
constexpr absl::Duration kClockMost = absl::Minutes(30);
constexpr absl::Duration kDiskMost = absl::Seconds(2);

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

bool IsWorker(absl::string_view name) {
  return name != e2e::kCoordinator && name != e2e::kEdge;
}

}  // namespace

Storm::Storm(uint64_t seed, e2e::RunningSystem* running, Links* links, Machines* machines,
             Zombies* zombies)
    : random_(seed), running_(running), links_(links), machines_(machines), zombies_(zombies) {}

absl::Duration Storm::DrawSpan(absl::Duration most) {
  return most * (Draw(1000) + 1) / 1000;
}

std::string Storm::DrawProgram() {
  std::vector<std::string> names = running_->system().names();
  const auto is_away = [this](const std::string& name) {
    return dead_.count(name) > 0 || zombies_->IsAsleep(name);
  };
  names.erase(std::remove_if(names.begin(), names.end(), is_away), names.end());
  return names.empty() ? "" : names[static_cast<size_t>(Draw(static_cast<int>(names.size())))];
}

std::string Storm::DrawDisk() {
  return std::string(Draw(4) == 0 ? e2e::kEdge : e2e::kCoordinator);
}

void Storm::Mend(const std::string& name, absl::Duration most, Pending* pending) {
  (*pending)[name] = clock_.Monotonic() + DrawSpan(most);
}

void Storm::Turn() {
  Restore(false);
  // Of a hundred: mostly kills.
  const int what = Draw(100);
  if (what < 60) return Kill();
  if (what < 65) return Stop();
  if (what < 89) return Cut();
  if (what < 91) return RestartDatabase();
  if (what < 95) return StepClock();
  if (what < 97) return FillDisk();
  FailSyncs();
}

void Storm::Calm() {
  Restore(true);
}

void Storm::Kill() {
  const std::string name = DrawProgram();
  if (name.empty()) return;
  running_->system().child(name).Kill();
  stopped_.erase(name);
  Mend(name, kDeathMost, &dead_);
  ++figures_.kills;
}

void Storm::Stop() {
  const std::string name = DrawProgram();
  if (name.empty() || stopped_.count(name) > 0) return;
  running_->system().child(name).Signal(SIGSTOP);
  Mend(name, kStopMost, &stopped_);
  ++figures_.stops;
}

void Storm::Cut() {
  auto link = links_->begin();
  std::advance(link, Draw(static_cast<int>(links_->size())));
  static constexpr LinkMode kModes[] = {LinkMode::kHoldRequests, LinkMode::kHoldAnswers,
                                        LinkMode::kHoldBoth,     LinkMode::kSlow,
                                        LinkMode::kLossy,        LinkMode::kReset};
  const int mode = Draw(6);
  link->second->Set(kModes[mode]);
  Mend(link->first, kCutMost, &cut_);
  ++(mode < 3 ? figures_.partitions : figures_.bad_links);
}

void Storm::RestartDatabase() {
  PostgresServer& cluster = e2e::PostgresClusterOf(Draw(2) == 0 ? "US" : "EU");
  Draw(2) == 0 ? cluster.Crash() : cluster.Stop();
  cluster.Start();
  ++figures_.database_restarts;
}

// Forth or back, by a second or by minutes; and back or forth again when it is mended.
void Storm::StepClock() {
  const std::string name = DrawProgram();
  if (name.empty()) return;
  const absl::Duration steps[] = {absl::Seconds(2), absl::Seconds(20), kClockMost};
  const absl::Duration step = DrawSpan(steps[Draw(3)]);
  machines_->at(name)->SetClock(Draw(2) == 0 ? step : -step);
  Mend(name, kStepMost, &stepped_);
  ++figures_.clock_steps;
}

void Storm::FillDisk() {
  const std::string name = DrawDisk();
  machines_->at(name)->FillDisk(Draw(20'000));
  Mend(name, kDiskMost, &full_);
  ++figures_.full_disks;
}

void Storm::FailSyncs() {
  const std::string name = DrawDisk();
  machines_->at(name)->FailSyncs(1 + Draw(20));
  Mend(name, kDiskMost, &failing_);
  ++figures_.failing_syncs;
}

void Storm::StartAgain(const std::string& name, bool calm) {
  if (IsWorker(name)) calm ? zombies_->Disarm(name) : zombies_->Arm(name, random_);
  REALM_CHECK_OK(running_->system().Start(name));
}

void Storm::Restore(bool all) {
  const absl::Duration now = clock_.Monotonic();
  TakeDue(now, all, &cut_,
          [&](const std::string& name) { links_->at(name)->Set(LinkMode::kPass); });
  TakeDue(now, all, &stepped_,
          [&](const std::string& name) { machines_->at(name)->SetClock(absl::ZeroDuration()); });
  TakeDue(now, all, &full_, [&](const std::string& name) { machines_->at(name)->EmptyDisk(); });
  TakeDue(now, all, &failing_, [&](const std::string& name) { machines_->at(name)->FailSyncs(0); });
  TakeDue(now, all, &stopped_,
          [&](const std::string& name) { running_->system().child(name).Signal(SIGCONT); });
  zombies_->Wake(now, all);
  TakeDue(now, all, &dead_, [&](const std::string& name) { StartAgain(name, all); });
  for (const std::string& name : running_->system().names()) {
    if (dead_.count(name) > 0 || !running_->system().child(name).Poll().has_value()) continue;
    stopped_.erase(name);
    StartAgain(name, all);
    ++figures_.exits;
  }
  if (all) return;
  zombies_->Find(now, random_, [this](const std::string& name) {
    return dead_.count(name) == 0 && stopped_.count(name) == 0;
  });
}

}  // namespace realm::chaos
