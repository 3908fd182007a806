#include "coordinator/engine/engine.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/failpoint.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/seeded_bug.h"
#include "common/status_macros.h"
#include "coordinator/core/view.h"
#include "coordinator/store/keys.h"

namespace realm::coordinator {
namespace {

// Nothing due is looked for at least this often, against a clock that jumped.
constexpr absl::Duration kPatienceMax = absl::Seconds(1);
// What was due before a write failed is due again at once: without a pause a full disk would be
// tried as often as the processor can.
constexpr absl::Duration kRestAfterFailure = absl::Seconds(1);

TenantKey OwnerOf(const MigrationKey& key) {
  return TenantKey{key.app, key.tenant};
}

bool Overlap(const Window& a, const Window& b) {
  return a.start < b.end && b.start < a.end;
}

}  // namespace

Engine::~Engine() {
  Stop();
}

void Engine::Start() {
  thread_ = std::thread([this] {
    while (!inbox_.closed())
      Turn(kPatienceMax);
    Turn(absl::ZeroDuration());  // What was accepted before the end is answered.
  });
}

void Engine::Stop() {
  inbox_.Close();
  if (thread_.joinable()) thread_.join();
}

void Engine::Turn(absl::Duration patience) {
  std::vector<Message> messages = inbox_.Drain(kDrainMax, Patience(patience));
  const Moment now = ReadClocks();
  Round round(&book_, chain_);
  DoubtClock(now, &round);
  for (Message& message : messages) {
    std::visit([&](auto& m) { Handle(&m, now, &round); }, message);
  }
  if (now.mono >= rests_until_) StepOwn(now, &round);
  Commit(&round, now);
  dispatch_.SendFrames([this](const MigrationKey& key) { return book_.FindMigration(key); }, now);
  RefreshFleet(now);
  TrimEnded();
}

absl::Duration Engine::Patience(absl::Duration at_most) const {
  if (at_most <= absl::ZeroDuration()) return absl::ZeroDuration();
  const Moment now = ReadClocks();
  const absl::Duration timers = std::max(timers_.Next() - now.wall, absl::ZeroDuration());
  const absl::Duration due = std::min(timers, dispatch_.NextDue(now));
  return std::min(at_most, std::max(due, rests_until_ - now.mono));
}

void Engine::Submit(Input input, Done done) {
  Post(SubmitMessage{std::move(input), done}, done);
}

uint64_t Engine::NextSession() {
  return ++sessions_;
}

void Engine::OnFrame(uint64_t session, std::shared_ptr<WorkerLink> link, WorkerFrame frame) {
  // A frame that finds no room is lost without harm: the next one says it all again.
  inbox_.Push(FrameMessage{session, std::move(link), std::move(frame)});
}

void Engine::OnClosed(uint64_t session) {
  inbox_.PushAlways(ClosedMessage{session});
}

void Engine::Drain(WorkerKey worker, std::optional<DrainOrder> order, std::string actor,
                   DrainDone done) {
  Message message =
      DrainMessage{std::move(worker), std::move(order), std::move(actor), std::move(done)};
  inbox_.PushAlways(std::move(message));
}

FleetPtr Engine::fleet() const {
  absl::MutexLock lock(&fleet_mutex_);
  return fleet_;
}

void Engine::Handle(SubmitMessage* message, Moment now, Round* round) {
  AnswerLater(std::move(message->done), StepOne(std::move(message->input), now, round));
}

void Engine::Handle(FrameMessage* message, Moment now, Round* round) {
  StepAll(dispatch_.OnFrame(message->session, message->link, std::move(message->frame), now), now,
          round);
}

void Engine::Handle(ClosedMessage* message, Moment now, Round*) {
  dispatch_.OnClosed(message->session, now);
}

void Engine::Handle(DrainMessage* message, Moment now, Round* round) {
  const WorkerKey& worker = message->worker;
  AuditRecord record;
  record.time = now.wall;
  record.actor = message->actor;
  record.input = message->order ? "drain" : "undrain";
  record.detail =
      absl::StrCat(worker.realm.value(), "/", worker.worker.value(), message->order ? ": " : "",
                   message->order ? message->order->reason : "");
  const auto found = dispatch_.SetDrain(worker, std::move(message->order));
  if (found) round->Append(std::move(record));
  // Before the answer: whoever has it and asks for the fleet sees the order.
  fleet_made_ = -absl::InfiniteDuration();
  RefreshFleet(now);
  AnswerLater(std::move(message->done), found ? absl::StatusOr<FleetWorker>(*found)
                                              : absl::NotFoundError("no such worker is attached"));
}

absl::StatusOr<Answer> Engine::StepOne(Input input, Moment now, Round* round) {
  if (auto* hook = std::get_if<HookInput>(&input.body)) Resolve(hook, *round);
  const MigrationKey key = KeyOf(input);
  RETURN_IF_ERROR(CheckNotFrozen(OwnerOf(key)));
  RETURN_IF_ERROR(Recall(key, now, *round));
  const MigrationPtr migration = round->FindMigration(key);
  const TenantPtr tenant = round->FindTenant(OwnerOf(key));
  ASSIGN_OR_RETURN(Changes changes,
                   Step(Before{migration.get(), tenant.get()}, input, policy_, now.wall));
  Answer answer = std::move(changes.answer);
  if (changes.migration) {
    changes.migration->generation = generation_;
    if (migration == nullptr) changes.migration->scheduled_generation = generation_;
    if (options_.observer) options_.observer->OnStep(input, migration.get(), *changes.migration);
    Adopt(*changes.migration, now);
    round->Stage(std::move(changes));
  }
  return answer;
}

absl::Status Engine::CheckNotFrozen(const TenantKey& tenant) const {
  const std::string frozen = book_.WhyFrozen(tenant);
  if (frozen.empty()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("this tenant's rows are frozen: ", frozen));
}

void Engine::Resolve(HookInput* hook, const Round& round) const {
  const TenantPtr tenant = round.FindTenant(OwnerOf(hook->key));
  hook->key.migration = ResolveMigration(hook->hook, hook->key.migration, tenant.get());
  if (hook->hook != Hook::kSchedule) return;
  hook->overlaps = CountOverlaps(*hook, round);
  hook->generation = generation_;
}

Overlaps Engine::CountOverlaps(const HookInput& hook, const Round& round) const {
  Overlaps out;
  const bool limited =
      policy_.per_realm_max > 0 || policy_.per_app_max > 0 || policy_.per_pair_max > 0;
  const TenantPtr tenant = round.FindTenant(OwnerOf(hook.key));
  const RealmPolicy* target = FindRealm(policy_, hook.location);
  if (!limited || !hook.window || tenant == nullptr || target == nullptr) return out;
  for (const MigrationKey& key : open_) {
    const MigrationPtr m = round.FindMigration(key);
    if (m == nullptr || key == hook.key || !Overlap(m->window, *hook.window)) continue;
    const auto touches = [&](const RealmId& realm) {
      return m->source == realm || m->target == realm;
    };
    out.source_realm += touches(tenant->realm) ? 1 : 0;
    out.target_realm += touches(target->code) ? 1 : 0;
    out.app += key.app == hook.key.app ? 1 : 0;
    out.pair += m->source == tenant->realm && m->target == target->code ? 1 : 0;
  }
  return out;
}

void Engine::StepAll(std::vector<Input> inputs, Moment now, Round* round) {
  for (Input& input : inputs) {
    const absl::StatusOr<Answer> answer = StepOne(std::move(input), now, round);
    if (!answer.ok()) {
      Log(Level::kWarning, "input refused", {{"why", answer.status().ToString()}});
    }
  }
}

// Timers, open migrations and dispatch follow the row from the moment it is
// staged, so that later inputs of the round see it.
void Engine::Adopt(const Migration& m, Moment now) {
  timers_.Set(m.key, NextWake(m, now.wall));
  if (IsTerminal(m.state)) {
    open_.erase(m.key);
  } else {
    open_.insert(m.key);
  }
  dispatch_.Update(m, now);
}

void Engine::Commit(Round* round, Moment now) {
  std::vector<Pending> pending;
  pending.swap(pending_);
  absl::Status written;
  if (Seeded(SeededBug::kAnswerBeforeWrite)) {
    for (const Pending& answer : std::exchange(pending, {}))
      answer(written);
  }
  if (!round->empty()) {
    written = REALM_FAILPOINT("coordinator.before-apply");
    size_t kept_rows = 0;
    const Batch batch = round->MakeBatch(versions_, &kept_rows);
    const absl::Duration began = clock_->Monotonic();
    if (written.ok()) written = store_->Apply(batch);
    if (options_.observer) {
      options_.observer->OnWrite(pending.size(), clock_->Monotonic() - began, written);
    }
    written.Update(REALM_FAILPOINT("coordinator.after-apply"));
    if (Seeded(SeededBug::kWriteErrorIgnored)) written = absl::OkStatus();
    // Two writers on one store, or a write that was made though it was said to have failed: nothing
    // this process believes is true any more.
    REALM_CHECK(!absl::IsAborted(written) && !absl::IsInvalidArgument(written), written.message());
    rests_until_ = written.ok() ? -absl::InfiniteDuration() : now.mono + kRestAfterFailure;
    if (written.ok()) {
      for (size_t i = 0; i < kept_rows; ++i)
        versions_[batch.writes[i].key] = batch.writes[i].expected_version + 1;
      PublishRound(*round);
    } else {
      Log(Level::kError, "write failed", {{"why", written.ToString()}});
      Forget(*round, now);
      written = absl::UnavailableError(written.message());
    }
  }
  for (const Pending& answer : pending)
    answer(written);
  // All is done and said: nothing can fail here.
  if (!pending.empty()) REALM_FAILPOINT("coordinator.after-answer").IgnoreError();
}

void Engine::PublishRound(const Round& round) {
  chain_ = round.chain();
  for (const auto& [key, row] : round.tenants())
    book_.Publish(row);
  for (const auto& [key, row] : round.installations())
    book_.Publish(row);
  for (const auto& [key, row] : round.migrations()) {
    if (IsTerminal(row->state)) NoteEnded(*row, row->updated);
    book_.Publish(row);
  }
}

// Back to the rows as they are in the store.
void Engine::Forget(const Round& round, Moment now) {
  for (const auto& [key, staged] : round.migrations()) {
    if (const MigrationPtr row = book_.FindMigration(key)) {
      Adopt(*row, now);
      continue;
    }
    Migration none = *staged;
    none.jobs.clear();
    none.state = State::kCancelled;
    Adopt(none, now);
  }
}

void Engine::RefreshFleet(Moment now) {
  if (now.mono < fleet_made_ + options_.fleet_period) return;
  fleet_made_ = now.mono;
  FleetPtr fleet = dispatch_.MakeFleet();
  absl::MutexLock lock(&fleet_mutex_);
  fleet_ = std::move(fleet);
}

}  // namespace realm::coordinator
