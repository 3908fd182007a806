#include "tests/sim/process/story.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "common/limits.h"
#include "tests/support/eventually.h"

namespace realm::sim {

using coordinator::Hook;

namespace {

// Two hooks of one second have one token, which is refused; the next second has another.
constexpr absl::Duration kTokenPatience = absl::Seconds(3);
constexpr absl::Duration kBetweenTokens = absl::Milliseconds(100);
constexpr absl::Duration kPollMin = absl::Milliseconds(50);

}  // namespace

Story::Story(const Scenario& scenario, const MigrationSpec& spec, RealSystem* system,
             TenantApp* app, const Pace* pace, RunLog* log, uint64_t seed)
    : scenario_(scenario),
      spec_(spec),
      system_(system),
      app_(app),
      pace_(pace),
      log_(log),
      random_(seed),
      platform_(system->MakePlatform()) {}

void Story::Play(const std::atomic<bool>& over) {
  over_ = &over;
  PlayAll();
  for (std::thread& hook : late_)
    hook.join();
  is_over_ = true;
}

bool Story::WaitUntil(absl::Duration at) {
  Eventually([&] { return over_->load() || cancelled_.load(); }, pace_->Real(at - pace_->Now()));
  return !*over_;
}

bool Story::Rolls(double rate) {
  if (rate <= 0 || healed_) return false;
  return static_cast<double>(random_() % 1000) < rate * 1000;
}

const HookFaults& Story::FaultsOf(Hook hook) const {
  static const auto* none = new HookFaults();
  const auto found = scenario_.platform.hooks.find(hook);
  return found == scenario_.platform.hooks.end() ? *none : found->second;
}

void Story::PlayAll() {
  // Before that there is nothing to cancel.
  Eventually([&] { return over_->load(); }, pace_->Real(spec_.schedule_at - pace_->Now()));
  if (*over_) return;
  source_ = app_->route();
  const absl::Time start = pace_->WallAt(spec_.window_at);
  order_ = {spec_.id, spec_.target, start, start + std::max(pace_->Real(spec_.window), kWindowMin)};
  if (app_->undecided() || source_ == spec_.target) {
    log_->Say("platform", absl::StrCat(spec_.id, " was not ordered"));
    return;
  }
  if (Send(Hook::kSchedule) != Reply::kOk) return;
  if (!WaitUntil(spec_.window_at)) return;
  PlayWindow();
}

void Story::PlayWindow() {
  const PlatformSpec& platform = scenario_.platform;
  if (cancelled_) return GiveUp();
  if (!FaultsOf(Hook::kStart).omit && Send(Hook::kStart) != Reply::kOk) return GiveUp();
  const bool early = platform.early_finish || random_() % 2 == 0;
  const absl::Time end = order_.window_end;
  for (;;) {
    const absl::Duration pause = std::max(pace_->Real(platform.status_every), kPollMin);
    if (!WaitUntil(pace_->Now() + pause * pace_->speed())) return;
    if (cancelled_) return GiveUp();
    const auto answer = platform_->PollStatus(system_->SiteOf(spec_.tenant, source_), spec_.id);
    const std::string word = answer.ok() ? answer->status : "?";
    log_->Say("platform", absl::StrCat(spec_.id, " is ", word));
    if (word == "failed") return GiveUp();
    const absl::Time now = pace_->clock().Now();
    if (word == "ready-to-commit" && (early || now >= end)) return Commit();
    if (now >= end + pace_->Real(platform.overrun)) return GiveUp();
  }
}

void Story::Commit() {
  if (FaultsOf(Hook::kCommit).omit) return GiveUp();
  const bool before = scenario_.app.terms.switch_order == coordinator::SwitchOrder::kBeforeCommit;
  app_->SetUndecided(true);
  if (before) app_->Route(spec_.target);
  if (Send(Hook::kCommit) != Reply::kOk) return GiveUp();
  app_->Route(spec_.target);
  app_->SetUndecided(false);
}

void Story::GiveUp() {
  log_->Say("platform", absl::StrCat(spec_.id, " is given up"));
  app_->Route(source_);
  app_->SetUndecided(false);
  if (FaultsOf(Hook::kRollback).omit) return;
  Send(Hook::kRollback);
}

Story::Reply Story::Send(Hook hook) {
  const PlatformSpec& platform = scenario_.platform;
  const HookFaults& faults = FaultsOf(hook);
  if (faults.late > absl::ZeroDuration()) {
    Eventually([&] { return over_->load(); }, pace_->Real(faults.late));
  }
  Reply reply = Reply::kNone;
  for (int attempt = 0; attempt <= platform.retries && !*over_; ++attempt) {
    if (attempt > 0) {
      Eventually([&] { return over_->load(); }, pace_->Real(platform.retry_after));
    }
    reply = SendOnce(hook, faults);
    // An answer with an error code is final.
    if (reply != Reply::kNone) break;
  }
  log_->Say("platform", absl::StrCat(ToString(hook), " ", spec_.id, " is ",
                                     reply == Reply::kOk        ? "accepted"
                                     : reply == Reply::kRefused ? "refused"
                                                                : "not answered"));
  return reply;
}

Story::Reply Story::SendOnce(Hook hook, const HookFaults& faults) {
  if (faults.lose || Rolls(scenario_.platform.lose_rate)) {
    log_->Count("fault/lost-hook");
    return Reply::kNone;
  }
  const bool deaf = faults.lose_answer || Rolls(scenario_.platform.lose_answer_rate);
  const bool twice = faults.duplicate || Rolls(scenario_.platform.duplicate_rate);
  if (Rolls(scenario_.platform.late_rate)) {
    log_->Count("fault/late-hook");
    DeliverLate(hook);
    return Reply::kNone;
  }
  const Reply reply = Deliver(hook, *platform_);
  if (twice) {
    log_->Count("fault/doubled-hook");
    Deliver(hook, *platform_);
  }
  if (deaf) log_->Count("fault/lost-answer");
  return deaf ? Reply::kNone : reply;
}

// It overtakes none and is overtaken by what is sent meanwhile.
void Story::DeliverLate(Hook hook) {
  const absl::Duration late =
      pace_->Real(scenario_.platform.late_max) * static_cast<int64_t>(random_() % 1000) / 1000;
  late_.emplace_back([this, hook, late] {
    Eventually([this] { return over_->load(); }, late);
    if (!*over_) Deliver(hook, *system_->MakePlatform());
  });
}

Story::Reply Story::Deliver(Hook hook, ctl::Platform& platform) {
  const ctl::Site site = system_->SiteOf(spec_.tenant, source_);
  absl::StatusOr<ctl::HttpReply> reply = absl::UnknownError("not sent");
  const auto has_token_of_its_own = [&] {
    reply = platform.Send(site, ToString(hook), order_);
    return !reply.ok() || !absl::StrContains(reply->body, "TOKEN_REUSED");
  };
  Eventually(has_token_of_its_own, kTokenPatience, kBetweenTokens);
  if (!reply.ok() || reply->status == 503) return Reply::kNone;
  if (reply->status == 200) return Reply::kOk;
  log_->Say("platform", absl::StrCat(ToString(hook), " ", spec_.id, " was answered ", reply->status,
                                     " ", reply->body));
  return Reply::kRefused;
}

}  // namespace realm::sim
