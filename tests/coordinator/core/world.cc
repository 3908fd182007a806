#include "tests/coordinator/core/world.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "coordinator/core/invariants.h"
#include "coordinator/core/view.h"
#include "tests/support/coordinator/builders.h"

namespace realm::coordinator {
namespace {

using Outcome = ReportInput::Outcome;

const MigrationKey& TheKey() {
  static const MigrationKey& key = *new MigrationKey(KeyFor("m1"));
  return key;
}

// Every time that a future step may compare with the clock.
std::string TimesAhead(const Migration& m, absl::Time now) {
  // What a schedule may still ask for, and what the end of the window decides.
  std::string out;
  if (m.state == State::kScheduled) absl::StrAppend(&out, Ahead(At(4), now), Ahead(At(5), now));
  if (m.state < State::kCommitting) absl::StrAppend(&out, Ahead(m.window.end, now));
  if (m.state == State::kCopying) absl::StrAppend(&out, Ahead(CopyDeadline(m), now));
  if (m.state == State::kFailed) absl::StrAppend(&out, Ahead(UndoDueAt(m), now));
  if (m.state == State::kCommitting) {
    absl::StrAppend(&out, Ahead(TrafficProvesFrom(m), now), Ahead(ElapsedProofAt(m), now),
                    Ahead(m.source_seen + kTrafficResolution, now));
  }
  if (m.state == State::kSwitched) {
    absl::StrAppend(&out, Ahead(PurgeNotBefore(m), now), Ahead(m.switched + absl::Minutes(1), now));
  }
  return absl::StrCat(out, Ahead(StuckAt(m), now));
}

void AppendJob(const Job& job, absl::Time now, std::string* out) {
  absl::StrAppend(out, ";", job.number, ",", static_cast<int>(job.kind), ",",
                  static_cast<int>(job.state), job.stopping, job.seals, job.final_pass,
                  job.attempt > 0, ",", job.failures, ",");
  absl::StrAppend(out, Ahead(job.not_before, now));
}

void AppendTransfer(const Transfer& t, std::string* out) {
  absl::StrAppend(out, ";", t.verified_epoch > 0, t.sealed_verified_epoch > 0, t.opened_epoch > 0,
                  t.purged_epoch > 0, t.erased_epoch > 0, t.unsealed_epoch > 0);
}

Happening Hooked(Hook hook, absl::string_view body, absl::Time at) {
  HookInput input = HookFor(hook, TheKey(), body);
  return Happening{Input{std::move(input), "platform:connect"}, at,
                   absl::StrCat(ToString(hook), body.empty() ? "" : " ", body)};
}

Happening Scheduled(absl::string_view target, absl::Duration length, absl::Time at) {
  const Window window{At(2), At(2) + length};
  return Happening{Input{ScheduleFor(TheKey(), target, window), "platform:connect"}, at,
                   absl::StrCat("schedule ", absl::FormatDuration(length))};
}

Happening Seen(const RealmId& realm, absl::Time at) {
  return Happening{Input{TrafficInput{TheKey(), realm, "edge"}, "tenant"}, at,
                   absl::StrCat("traffic ", realm.value())};
}

Happening Ticked(absl::Time at, absl::string_view name) {
  return Happening{Input{TickInput{TheKey()}, "clock"}, at, std::string(name)};
}

Happening Restored(const Migration& m, absl::Time at) {
  return Happening{Input{RestoredInput{TheKey(), m.generation + 1}, "restore"}, at, "restored"};
}

Happening Confirmed(const std::string& digest, absl::Time at) {
  return Happening{Input{ConfirmInput{TheKey(), digest, "why"}, "operator:ann"}, at,
                   absl::StrCat("confirm ", digest.empty() ? "nothing" : digest)};
}

Happening Leased(const Job& job, absl::Time at) {
  return Happening{Input{LeaseInput{TheKey(), job.number, WorkerId("w")}, "coordinator"}, at,
                   absl::StrCat("lease #", job.number, " ", ToString(job.kind))};
}

Happening Reported(const Migration& m, const Job& job, ReportInput::Outcome outcome,
                   absl::Time at) {
  static constexpr absl::string_view kWords[] = {"", "done", "failed", "for-good", "returned"};
  return Happening{Input{ReportFor(m, job, outcome), "worker:w"}, at,
                   absl::StrCat(kWords[static_cast<int>(outcome)], " #", job.number)};
}

// Done, but with a manifest of nothing, or with records left.
Happening ReportedWrong(const Migration& m, const Job& job, absl::Time at) {
  Happening out = Reported(m, job, ReportInput::Outcome::kDone, at);
  auto& report = std::get<ReportInput>(out.input.body);
  report.manifest.clear();
  report.records_left = job.kind == JobKind::kCopy ? 0 : 1;
  out.name = absl::StrCat("done wrong #", job.number);
  return out;
}

// Of the lease before this one, or of none.
Happening ReportedStale(const Migration& m, const Job& job, absl::Time at) {
  Happening out = Reported(m, job, ReportInput::Outcome::kDone, at);
  --std::get<ReportInput>(out.input.body).epoch;
  out.name = absl::StrCat("done stale #", job.number);
  return out;
}

Happening Lost(const Job& job, absl::Time at) {
  return Happening{
      Input{LeaseLostInput{TheKey(), job.number, job.epoch, "lost", {}}, "coordinator"}, at,
      absl::StrCat("lost #", job.number)};
}

void AppendHooks(absl::string_view target, absl::Time now, std::vector<Happening>* out) {
  out->push_back(Scheduled(target, absl::Hours(2), now));
  out->push_back(Scheduled(target, absl::Hours(3), now));
  for (Hook hook : {Hook::kStart, Hook::kCommit, Hook::kRollback}) {
    out->push_back(Hooked(hook, "", now));
    out->push_back(Hooked(hook, "other", now));
  }
}

void AppendWork(const Migration& m, absl::Time now, std::vector<Happening>* out) {
  for (const Job& job : m.jobs) {
    if (job.state != JobState::kLeased) {
      out->push_back(Leased(job, now));
      // A worker that lost its lease, or says it twice.
      if (job.epoch != 0) out->push_back(Reported(m, job, Outcome::kDone, now));
      continue;
    }
    for (Outcome outcome :
         {Outcome::kDone, Outcome::kFailed, Outcome::kFailedForGood, Outcome::kReturned}) {
      out->push_back(Reported(m, job, outcome, now));
    }
    out->push_back(ReportedWrong(m, job, now));
    out->push_back(ReportedStale(m, job, now));
    out->push_back(Lost(job, now));
  }
}

}  // namespace

World::World(std::shared_ptr<const Policy> policy, absl::string_view realm)
    : policy_(std::move(policy)), now_(Midnight()) {
  Install(TenantKey{AppId("notes"), TenantId("acme")}, RealmId(realm), 1, now_, &tenant_);
}

absl::StatusOr<Changes> World::Try(const Input& input, absl::Time at) const {
  return Step(Before{row_ ? &*row_ : nullptr, &tenant_}, input, *policy_, at);
}

absl::StatusOr<Changes> World::Happen(const Happening& happening, std::string* wrong) {
  now_ = happening.at;
  absl::StatusOr<Changes> changes = Try(happening.input, now_);
  if (changes.ok() && changes->migration) row_ = changes->migration;
  if (changes.ok() && changes->tenant) tenant_ = *changes->tenant;
  *wrong = auditor_.Watch(happening.input, now_, changes.ok(), row_ ? &*row_ : nullptr, tenant_);
  if (wrong->empty() && row_) {
    const absl::Status broken = FindBrokenInvariant(*row_, &tenant_);
    if (!broken.ok()) *wrong = broken.ToString();
  }
  return changes;
}

std::string World::KeyAt(absl::Time now) const {
  std::string out = absl::StrCat(tenant_.realm.value(), tenant_.writable,
                                 tenant_.read_through.value(), tenant_.active.value());
  if (!row_) return absl::StrCat(out, Ahead(At(4), now), Ahead(At(5), now));
  const Migration& m = *row_;
  absl::StrAppend(&out, "|", static_cast<int>(m.state), m.stuck, m.outdated, m.counter_proof,
                  m.failure ? m.failure->reason : "", m.proof ? m.proof->kind : "", "|",
                  absl::ToInt64Minutes(m.window.end - m.window.start), "|", TimesAhead(m, now));
  for (const Receipt& r : m.receipts) {
    absl::StrAppend(&out, ";", static_cast<int>(r.hook), r.body_sha256, r.status);
  }
  for (const Transfer& t : m.transfers)
    AppendTransfer(t, &out);
  for (const Job& job : m.jobs)
    AppendJob(job, now, &out);
  return absl::StrCat(out, "|", auditor_.Key(now, m.terms));
}

std::vector<Happening> Alphabet(const World& world, absl::string_view target) {
  const absl::Time now = world.now();
  std::vector<Happening> out;
  AppendHooks(target, now, &out);
  out.push_back(Seen(RealmId("US"), now));
  out.push_back(Seen(RealmId(target), now));
  out.push_back(Ticked(now, "tick"));
  out.push_back(Ticked(now + absl::Hours(24 * 30), "tick after a month"));
  if (!world.known()) return out;
  const Migration& m = world.row();
  out.push_back(Seen(m.source, now + absl::Minutes(2)));
  out.push_back(Seen(m.target, now + absl::Minutes(20)));
  out.push_back(Confirmed(PlanDigest(m), now));
  out.push_back(Confirmed("0000000000000000", now));
  // The engine says it of open migrations only; a second time changes as little as a first.
  if (!m.outdated && !IsTerminal(m.state)) out.push_back(Restored(m, now));
  const absl::Time wake = NextWake(m, now);
  if (wake < absl::InfiniteFuture()) out.push_back(Ticked(std::max(wake, now), "wake"));
  AppendWork(m, now, &out);
  return out;
}

Happening NextGoodThing(const World& world, absl::string_view target) {
  const absl::Time now = world.now();
  if (!world.known()) return Scheduled(target, absl::Hours(2), now);
  const Migration& m = world.row();
  for (const Job& job : m.jobs) {
    if (job.state == JobState::kLeased) {
      return Reported(m, job, ReportInput::Outcome::kDone, now);
    }
    if (job.state == JobState::kWaiting && !WhyJobWaits(m, job, now)) return Leased(job, now);
  }
  if (m.state == State::kReadyToCommit) return Hooked(Hook::kCommit, "", now);
  if (m.state == State::kCommitting && AllBlockingSealedVerified(m)) {
    return Seen(m.target, now + absl::Minutes(20));
  }
  if (m.counter_proof) return Confirmed(PlanDigest(m), now);
  if (m.state == State::kFailed && m.outdated) return Hooked(Hook::kRollback, "", now);
  return Ticked(NextWake(m, now), "wake");
}

}  // namespace realm::coordinator
