#include "tests/sim/process/real_run.h"

#include <signal.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/check.h"
#include "common/digest.h"
#include "common/log.h"
#include "tests/support/eventually.h"

namespace realm::sim {
namespace {

constexpr absl::Duration kLookEvery = absl::Milliseconds(10);
// Beyond the scenario's own limit, for a machine that is busy.
constexpr absl::Duration kBusyMachine = absl::Minutes(1);
// How long after the end of all faults a migration that is stuck may still get on by itself.
constexpr absl::Duration kPatience = absl::Hours(2);

}  // namespace

RealRun::RealRun(const Scenario& scenario, uint64_t seed, int speed, const std::string& folder)
    : scenario_(scenario),
      seed_(seed),
      pace_(speed),
      log_(&pace_),
      system_(scenario, pace_, folder),
      judge_(scenario, &pace_, &log_) {}

RealRun::~RealRun() {
  StopThreads();
}

void RealRun::Begin() {
  system_.Start();
  lookout_ = std::make_unique<Lookout>(&system_, &pace_, &log_);
  uint64_t number = seed_ * 1000;
  std::map<std::string, TenantApp*> by_tenant;
  for (const TenantSpec& tenant : scenario_.tenants) {
    apps_.push_back(
        std::make_unique<TenantApp>(scenario_, tenant, &system_, &pace_, &log_, ++number));
    apps_.back()->Seed();
    by_tenant[tenant.id] = apps_.back().get();
  }
  for (const MigrationSpec& spec : scenario_.migrations) {
    stories_.push_back(std::make_unique<Story>(scenario_, spec, &system_, by_tenant.at(spec.tenant),
                                               &pace_, &log_, ++number));
  }
  faults_ = std::make_unique<RealFaults>(scenario_, &system_, &stories_, &pace_, &log_, ++number);
  pace_.Begin();
  for (const auto& app : apps_)
    app_threads_.emplace_back([this, raw = app.get()] { raw->Run(apps_stop_); });
  for (const auto& story : stories_)
    story_threads_.emplace_back([this, raw = story.get()] { raw->Play(stories_stop_); });
}

void RealRun::StopThreads() {
  stories_stop_ = true;
  apps_stop_ = true;
  for (std::thread& thread : story_threads_)
    thread.join();
  for (std::thread& thread : app_threads_)
    thread.join();
  story_threads_.clear();
  app_threads_.clear();
}

// Whoever runs the programs starts them again. None may abort.
void RealRun::StartTheDead() {
  ctl::LocalSystem& programs = system_.programs();
  for (const std::string& name : programs.names()) {
    if (faults_->Holds(name)) continue;
    const auto ending = programs.child(name).Poll();
    if (!ending.has_value()) continue;
    log_.Say(name, absl::StrCat("ended with ", ending->Text()));
    log_.Count("program/ended");
    if (ending->signal == SIGABRT || ending->signal == SIGSEGV) {
      judge_.Violate("assertion", absl::StrCat(name, " ended with ", ending->Text()), "assertion");
    }
    REALM_CHECK_OK(programs.Start(name));
  }
}

bool RealRun::StoriesAreOver() const {
  return std::all_of(stories_.begin(), stories_.end(),
                     [](const auto& story) { return story->is_over(); });
}

// Everything that has not ended says that a person must act, and has said so for long.
bool RealRun::RestsWithPeople() {
  const bool rests = !faults_->IsHurt() && StoriesAreOver() && lookout_->AllEndedOrStuck();
  if (!rests) waits_since_ = absl::InfiniteDuration();
  if (rests) waits_since_ = std::min(waits_since_, pace_.Now());
  return rests && pace_.Now() - waits_since_ >= kPatience;
}

void RealRun::HealWhenDue() {
  if (healed_ || pace_.Now() < scenario_.faults_until) return;
  healed_ = true;
  faults_->Heal();
  for (const auto& story : stories_)
    story->Heal();
}

void RealRun::Turn() {
  lookout_->Look(faults_->AwaitsState());
  faults_->Turn(lookout_->seen());
  StartTheDead();
  HealWhenDue();
}

void RealRun::PlayOn() {
  const absl::Duration most =
      pace_.Real(scenario_.faults_until + scenario_.heal_limit) + kBusyMachine;
  const auto is_over = [this] {
    Turn();
    return (StoriesAreOver() && lookout_->AllEnded()) || RestsWithPeople();
  };
  Eventually(is_over, most, kLookEvery);
  faults_->Heal();
}

Outcome RealRun::Play() {
  SetLogLevel(Level::kError);
  Begin();
  PlayOn();
  const absl::Duration simulated = pace_.Now();
  StopThreads();
  StartTheDead();
  Outcome out = Judged();
  out.simulated = simulated;
  return out;
}

Outcome RealRun::Judged() {
  Outcome out;
  judge_.JudgeEnds(*lookout_, &out);
  judge_.JudgeTenants(apps_, &out);
  system_.KillAll();
  log_.Count("store/fenced", system_.CountFenced());
  out.violations = judge_.TakeViolations();
  out.migrations = static_cast<int64_t>(lookout_->seen().size());
  out.faults = log_.Sum("fault/");
  out.events = log_.lines();
  out.steps = static_cast<int64_t>(out.events.size());
  out.event_log_sha256 = absl::BytesToHexString(Sha256(absl::StrJoin(out.events, "\n")));
  out.counters = log_.counters();
  return out;
}

}  // namespace realm::sim
