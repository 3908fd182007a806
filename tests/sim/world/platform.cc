#include "tests/sim/world/platform.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "coordinator/core/refusal.h"
#include "tests/sim/world/sim_clock.h"

namespace realm::sim {

using coordinator::Hook;
using coordinator::HookInput;
using coordinator::SwitchOrder;

namespace {

// Between two looks at whether the customer has cancelled.
constexpr absl::Duration kLook = absl::Minutes(1);

}  // namespace

Platform::Platform(Ground* ground, EdgeWire* edge, Auditor* auditor)
    : ground_(ground), edge_(edge), auditor_(auditor) {
  process_.name = "platform";
  process_.up = true;
  for (const TenantSpec& tenant : ground->scenario.tenants)
    routes_[tenant.id] = tenant.realm;
  for (const TenantSpec& tenant : ground->scenario.tenants)
    plans_[tenant.id];
  for (const MigrationSpec& migration : ground->scenario.migrations)
    ++plans_.at(migration.tenant).left;
}

Platform::~Platform() {
  process_.up = false;
  for (const auto& story : stories_) {
    while (story->fiber != nullptr && !story->fiber->done())
      story->fiber->Resume();
  }
}

void Platform::Start() {
  for (const MigrationSpec& spec : ground_->scenario.migrations) {
    auto story = std::make_unique<Story>();
    story->spec = &spec;
    stories_.push_back(std::move(story));
    Story* s = stories_.back().get();
    s->fiber = std::make_unique<Fiber>([this, s] {
      Play(s);
      ++over_;
      Plans& plans = plans_.at(s->spec->tenant);
      --plans.left;
      plans.last_over = ground_->loop.now();
    });
    ground_->loop.After(spec.schedule_at, &process_, [s] { s->fiber->Resume(); });
  }
}

void Platform::Route(const std::string& tenant, const std::string& realm) {
  std::string& route = routes_.at(tenant);
  if (route == realm) return;
  left_[{tenant, route}] = ground_->loop.now();
  route = realm;
}

void Platform::Cancel(const std::string& migration) {
  for (const auto& story : stories_) {
    if (story->spec->id == migration) story->cancelled = true;
  }
}

bool Platform::Rolls(double rate) const {
  if (ground_->healed) return false;
  return rate > 0 && ground_->random.Chance(static_cast<int64_t>(rate * 1000));
}

bool Platform::Omits(Hook hook) const {
  const auto& hooks = ground_->scenario.platform.hooks;
  const auto faults = hooks.find(hook);
  return faults != hooks.end() && faults->second.omit;
}

bool Platform::WaitUntil(Story* story, absl::Duration at) {
  while (ground_->loop.now() < at && !story->cancelled) {
    if (!Sleep(ground_->loop, Life(&process_), std::min(kLook, at - ground_->loop.now()))) {
      return false;
    }
  }
  return true;
}

void Platform::Play(Story* story) {
  const MigrationSpec& spec = *story->spec;
  story->source = routes_.at(spec.tenant);
  story->window.start = Beginning() + spec.window_at;
  story->window.end = story->window.start + spec.window;
  if (undecided_.count(spec.tenant) > 0 || story->source == spec.target) {
    given_up_.insert(spec.id);
    return;
  }
  auditor_->OnOrdered(spec.tenant, spec.target);
  // Believes to have sent it, hears of nothing, and takes back what nobody here has heard of.
  if (Omits(Hook::kSchedule)) return GiveUp(story);
  if (!Send(story, Hook::kSchedule).ok) {
    // The customer is told that it did not work. We may have accepted it and not know.
    given_up_.insert(spec.id);
    return;
  }
  ++accepted_;
  if (!WaitUntil(story, spec.window_at)) return;
  PlayWindow(story);
}

void Platform::PlayWindow(Story* story) {
  const MigrationSpec& spec = *story->spec;
  const PlatformSpec& platform = ground_->scenario.platform;
  if (story->cancelled) return GiveUp(story);
  if (!Omits(Hook::kStart) && !Send(story, Hook::kStart).ok) return GiveUp(story);
  const absl::Duration window_end = spec.window_at + spec.window;
  const bool early = platform.early_finish || ground_->random.Chance(500);
  for (;;) {
    const absl::Duration next = ground_->loop.now() + platform.status_every;
    if (!WaitUntil(story, next)) return;
    if (story->cancelled) return GiveUp(story);
    const std::string word = edge_->Status(spec.tenant, spec.id);
    if (word == "failed") return GiveUp(story);
    const bool over = ground_->loop.now() >= window_end;
    if (word == "ready-to-commit" && (early || over)) return Commit(story);
    if (ground_->loop.now() >= window_end + platform.overrun) return GiveUp(story);
  }
}

void Platform::Commit(Story* story) {
  const MigrationSpec& spec = *story->spec;
  const bool before = ground_->scenario.app.terms.switch_order == SwitchOrder::kBeforeCommit;
  if (Omits(Hook::kCommit)) return GiveUp(story);
  story->committing = true;
  undecided_.insert(spec.tenant);
  auditor_->OnUndecided(spec.tenant, spec.target);
  if (before) Route(spec.tenant, spec.target);
  if (!Send(story, Hook::kCommit).ok) {
    return GiveUp(story);
  }
  ground_->Log("platform", spec.id, " switched to ", spec.target);
  Route(spec.tenant, spec.target);
  undecided_.erase(spec.tenant);
  auditor_->OnDecided(spec.tenant, spec.target);
}

void Platform::GiveUp(Story* story) {
  const MigrationSpec& spec = *story->spec;
  ground_->Log("platform", spec.id, " given up");
  given_up_.insert(spec.id);
  // Else nothing of the tenant's was moved, or by a later move than this one.
  if (story->committing) {
    Route(spec.tenant, story->source);
    undecided_.erase(spec.tenant);
    auditor_->OnDecided(spec.tenant, story->source);
  }
  if (Omits(Hook::kRollback)) return;
  const Reply reply = Send(story, Hook::kRollback);
  if (reply.refused && !ground_->scenario.app.terms.accept_elapsed) {
    ground_->Violate("rollback-honoured",
                     absl::StrCat(spec.id, ": rollback was refused although the platform stays at ",
                                  story->source));
  }
}

HookInput Platform::MakeHook(const Story& story, Hook hook) {
  HookInput out;
  out.hook = hook;
  out.key = MigrationKey{AppId("app"), TenantId(story.spec->tenant), MigrationId(story.spec->id)};
  out.platform = "connect";
  out.body_sha256 = absl::StrCat(ToString(hook), " ", story.spec->id);
  out.body_sha256.resize(32, '.');
  if (hook == Hook::kSchedule || hook == Hook::kStart) out.window = story.window;
  if (hook != Hook::kRollback) out.location = story.spec->target;
  if (hook == Hook::kSchedule) out.digest_key = ground_->random.Bytes(32);
  return out;
}

Platform::Reply Platform::Send(Story* story, Hook hook) {
  const PlatformSpec& platform = ground_->scenario.platform;
  const auto found = platform.hooks.find(hook);
  const absl::Duration late =
      found == platform.hooks.end() ? absl::ZeroDuration() : found->second.late;
  if (late > absl::ZeroDuration() && !Sleep(ground_->loop, Life(&process_), late)) return {};
  Reply reply;
  for (int attempt = 0; attempt <= platform.retries; ++attempt) {
    if (attempt > 0 && !Sleep(ground_->loop, Life(&process_), platform.retry_after)) return {};
    reply = SendOnce(story, hook);
    // An answer with an error code is final.
    if (reply.ok || reply.refused) break;
  }
  ground_->Log("platform", ToString(hook), " ", story->spec->id, " ",
               reply.ok ? absl::string_view(reply.word)
                        : (reply.refused ? absl::string_view("refused") : "unanswered"));
  return reply;
}

Platform::Reply Platform::SendOnce(Story* story, Hook hook) {
  const PlatformSpec& platform = ground_->scenario.platform;
  const auto found = platform.hooks.find(hook);
  const HookFaults faults = found == platform.hooks.end() ? HookFaults() : found->second;
  Fate fate;
  fate.there = ground_->Latency();
  fate.back = ground_->Latency();
  fate.timeout = platform.timeout;
  if (faults.lose || Rolls(platform.lose_rate)) {
    ground_->CountFault("lost-hook");
    fate.lost = true;
  }
  if (Rolls(platform.late_rate)) {
    ground_->CountFault("late-hook");
    fate.there += ground_->random.Between(absl::ZeroDuration(), platform.late_max);
  }
  const bool deaf = faults.lose_answer || Rolls(platform.lose_answer_rate);
  if (deaf) ground_->CountFault("lost-answer");
  if (faults.duplicate || Rolls(platform.duplicate_rate)) {
    ground_->CountFault("doubled-hook");
    DeliverAgain(story, hook, ground_->random.Between(absl::ZeroDuration(), platform.late_max));
  }

  struct Pending {
    Fiber* fiber = Fiber::Running();
    bool over = false;
    Reply reply;
  };
  auto pending = std::make_shared<Pending>();
  const auto finish = [pending](Reply reply) {
    if (std::exchange(pending->over, true)) return;
    pending->reply = std::move(reply);
    pending->fiber->Resume();
  };
  const auto answered = [this, story, hook, deaf, fate,
                         finish](const absl::StatusOr<coordinator::Answer>& answer) {
    Reply reply;
    reply.answered = true;
    reply.ok = answer.ok();
    reply.refused = coordinator::RefusalOf(answer.status()).has_value();
    if (answer.ok()) {
      reply.word = answer->status;
      auditor_->OnAnswer(story->spec->tenant, story->spec->id, std::string(ToString(hook)),
                         answer->status);
    }
    if (deaf) return;
    ground_->loop.After(fate.back, &process_, [finish, reply] { finish(reply); });
  };
  if (!fate.lost) {
    ground_->loop.After(fate.there, &process_, [this, input = MakeHook(*story, hook), answered] {
      edge_->Submit(input, EdgeWire::kPlatform, answered);
    });
  }
  ground_->loop.After(fate.timeout, &process_, [finish] { finish({}); });
  while (!pending->over && process_.up)
    Fiber::Wait();
  pending->over = true;
  return pending->reply;
}

void Platform::DeliverAgain(Story* story, Hook hook, absl::Duration after) {
  ground_->loop.After(after, &process_, [this, story, hook] {
    edge_->Submit(MakeHook(*story, hook), EdgeWire::kPlatform,
                  [this, story, hook](const absl::StatusOr<coordinator::Answer>& answer) {
                    if (!answer.ok()) return;
                    auditor_->OnAnswer(story->spec->tenant, story->spec->id,
                                       std::string(ToString(hook)), answer->status);
                  });
  });
}

}  // namespace realm::sim
