#include "tests/sim/process/real_run.h"

#include <signal.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/check.h"
#include "common/digest.h"
#include "common/log.h"
#include "coordinator/core/state.h"
#include "tests/support/eventually.h"

namespace realm::sim {
namespace {

constexpr absl::Duration kLookEvery = absl::Milliseconds(10);
// A look must not hold up what is due meanwhile.
constexpr absl::Duration kLookPatience = absl::Milliseconds(300);
// Beyond the scenario's own limit, for a machine that is busy.
constexpr absl::Duration kBusyMachine = absl::Minutes(1);
// How long after the end of all faults a migration that is stuck may still get on by itself.
constexpr absl::Duration kPatience = absl::Hours(2);
constexpr size_t kWrongShown = 3;

bool IsTerminal(const v1::Migration& row) {
  return row.state() == v1::Migration::STATE_COMMITTED ||
         row.state() == v1::Migration::STATE_ROLLED_BACK ||
         row.state() == v1::Migration::STATE_CANCELLED;
}

}  // namespace

RealRun::RealRun(const Scenario& scenario, uint64_t seed, int speed, const std::string& folder)
    : scenario_(scenario),
      seed_(seed),
      pace_(speed),
      log_(&pace_),
      system_(scenario, pace_, folder) {}

RealRun::~RealRun() {
  StopThreads();
}

void RealRun::Violate(absl::string_view invariant, const std::string& what,
                      absl::string_view kind) {
  log_.Say("broken", absl::StrCat(invariant, " ", what));
  violations_.push_back({std::string(invariant), what, pace_.Now(),
                         static_cast<uint64_t>(log_.lines().size()), std::string(kind)});
}

void RealRun::Begin() {
  system_.Start();
  ctl::Endpoint endpoint = system_.programs().operator_endpoint();
  endpoint.timeout = kLookPatience;
  auto connection = ctl::Connection::Open(endpoint);
  REALM_CHECK_OK(connection.status());
  connection_ = *std::move(connection);
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

void RealRun::LookAt(const v1::Migration& row) {
  Seen& seen = seen_[row.ref().migration_id()];
  const bool changed = seen.row.version() != row.version();
  if (changed) {
    log_.Say("coordinator",
             absl::StrCat(row.ref().migration_id(), " ", v1::Migration::State_Name(row.state())));
  }
  seen.row = row;
  // The numbers are those of the rows.
  seen.states.insert(
      std::string(coordinator::ToString(static_cast<coordinator::State>(row.state()))));
  if (row.state() < v1::Migration::STATE_COMMITTING) {
    for (const v1::Job& job : row.jobs())
      seen.jobs_of_copying.insert(job.job_id());
  }
  if (IsTerminal(row) && ends_.count(row.ref().migration_id()) == 0) {
    ends_[row.ref().migration_id()] = {row.status(), pace_.Now()};
  }
  if (!changed || !faults_->AwaitsState()) return;
  v1::ListEventsRequest request;
  *request.mutable_ref() = row.ref();
  request.set_page_size(1000);
  const auto events =
      connection_->Call(connection_->admin(), &v1::AdminService::Stub::ListEvents, request);
  if (!events.ok()) return;
  for (const v1::Event& event : events->events())
    seen.states.insert(event.state_after());
}

void RealRun::Look() {
  // No answer means that it is down or cut: the next look is soon.
  v1::ListMigrationsRequest request;
  request.set_page_size(1000);
  const auto found =
      connection_->Call(connection_->admin(), &v1::AdminService::Stub::ListMigrations, request);
  if (!found.ok()) return;
  for (const v1::Migration& row : found->migrations())
    LookAt(row);
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
      Violate("assertion", absl::StrCat(name, " ended with ", ending->Text()), "assertion");
    }
    REALM_CHECK_OK(programs.Start(name));
  }
}

bool RealRun::AllEnded() const {
  return std::all_of(stories_.begin(), stories_.end(),
                     [](const auto& story) { return story->is_over(); }) &&
         std::all_of(seen_.begin(), seen_.end(),
                     [](const auto& each) { return IsTerminal(each.second.row); });
}

// Everything that has not ended says that a person must act, and has said so for long.
bool RealRun::RestsWithPeople() {
  const bool rests = !faults_->IsHurt() &&
                     std::all_of(stories_.begin(), stories_.end(),
                                 [](const auto& story) { return story->is_over(); }) &&
                     std::all_of(seen_.begin(), seen_.end(), [](const auto& each) {
                       return IsTerminal(each.second.row) || each.second.row.stuck();
                     });
  if (!rests) waits_since_ = absl::InfiniteDuration();
  if (rests) waits_since_ = std::min(waits_since_, pace_.Now());
  return rests && pace_.Now() - waits_since_ >= kPatience;
}

void RealRun::PlayOn() {
  const absl::Duration deadline =
      scenario_.faults_until + scenario_.heal_limit + kBusyMachine * pace_.speed();
  bool healed = false;
  while (pace_.Now() < deadline) {
    Look();
    faults_->Turn(seen_);
    StartTheDead();
    if (!healed && pace_.Now() >= scenario_.faults_until) {
      healed = true;
      faults_->Heal();
      for (const auto& story : stories_)
        story->Heal();
    }
    if (AllEnded() || RestsWithPeople()) break;
    Eventually([] { return false; }, kLookEvery);
  }
  faults_->Heal();
}

void RealRun::JudgeEnds(Outcome* out) {
  for (const MigrationSpec& spec : scenario_.migrations) {
    const auto seen = seen_.find(spec.id);
    if (seen == seen_.end()) {
      ends_[spec.id] = {"refused", absl::ZeroDuration()};
      continue;
    }
    const v1::Migration& row = seen->second.row;
    if (IsTerminal(row)) {
      log_.Count(absl::StrCat("state/", row.status()));
      continue;
    }
    ends_[spec.id] = {};
    if (row.stuck()) {
      log_.Count(absl::StrCat("stuck/", row.status()));
      continue;
    }
    std::string why;
    for (const v1::Blocker& blocker : row.blockers())
      absl::StrAppend(&why, "; ", blocker.reason(), " ", blocker.detail());
    Violate(
        "ends",
        absl::StrCat(spec.id, " is ", row.status(),
                     " long after all was healed, and does not say that a person must act", why),
        "liveness");
  }
  out->ends = ends_;
}

void RealRun::JudgeTenants(Outcome* out) {
  for (size_t i = 0; i < apps_.size(); ++i) {
    TenantApp& app = *apps_[i];
    const std::string& tenant = scenario_.tenants[i].id;
    bool ended = true;
    std::set<std::string> places = {PlaceOf(scenario_, scenario_.tenants[i].realm)};
    for (const MigrationSpec& spec : scenario_.migrations) {
      if (spec.tenant != tenant) continue;
      places.insert(PlaceOf(scenario_, spec.target));
      ended &= !ends_[spec.id].word.empty();
    }
    if (ended && !app.CanWrite()) {
      Violate("end-open", absl::StrCat(tenant, " cannot write in ", app.route()), "invariant");
    }
    const Holdings holdings = app.Compare();
    out->target_equals_source &= holdings.wrong.empty();
    if (ended && !holdings.wrong.empty()) {
      const size_t shown = std::min(holdings.wrong.size(), kWrongShown);
      Violate("end-whole",
              absl::StrCat(
                  tenant, " in ", app.route(), ": ", holdings.wrong.size(), " records are wrong: ",
                  absl::StrJoin(holdings.wrong.begin(),
                                holdings.wrong.begin() + static_cast<std::ptrdiff_t>(shown), "; ")),
              "invariant");
    }
    for (const auto& [place, count] : holdings.elsewhere) {
      out->source_left += count;
      const std::string what = absl::StrCat(tenant, ": ", count, " records are left in ", place);
      if (places.count(place) == 0) Violate("two-realms-only", what, "invariant");
      if (ended) Violate("nothing-left", what, "invariant");
    }
  }
}

Outcome RealRun::Play() {
  SetLogLevel(Level::kError);
  Begin();
  PlayOn();
  const absl::Duration simulated = pace_.Now();
  StopThreads();
  StartTheDead();
  Outcome out;
  JudgeEnds(&out);
  JudgeTenants(&out);
  system_.KillAll();
  log_.Count("store/fenced", system_.CountFenced());
  out.violations = std::move(violations_);
  out.simulated = simulated;
  out.migrations = static_cast<int64_t>(seen_.size());
  out.faults = faults_->count();
  out.events = log_.lines();
  out.steps = static_cast<int64_t>(out.events.size());
  out.event_log_sha256 = absl::BytesToHexString(Sha256(absl::StrJoin(out.events, "\n")));
  out.counters = log_.counters();
  return out;
}

}  // namespace realm::sim
