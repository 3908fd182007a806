#include "coordinator/core/step.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/seeded_bug.h"
#include "common/status_macros.h"
#include "coordinator/core/admission.h"
#include "coordinator/core/classify.h"
#include "coordinator/core/directory.h"
#include "coordinator/core/facts.h"
#include "coordinator/core/invariants.h"
#include "coordinator/core/plan.h"
#include "coordinator/core/rules.h"
#include "coordinator/core/view.h"

namespace realm::coordinator {
namespace {

void Enter(State to, absl::Time now, Migration* m) {
  m->state = to;
  m->entered = now;
  m->stuck = false;
  if (to == State::kSwitched) m->switched = now;
  if (to == State::kFailed && !m->failure) {
    m->failure =
        m->started == absl::InfinitePast()
            ? Failure{"MISSED_START", "the window ended and start never came"}
            : Failure{"WINDOW_CLOSED", "the copy was not verified before the window's end"};
  }
}

void Go(const Rule& rule, absl::Time now, Migration* m, std::vector<Move>* moves) {
  moves->push_back(Move{rule.state, rule.event, rule.to});
  Enter(rule.to, now, m);
}

// Follows what the facts and the time mean, and plans the jobs for that, until
// nothing more follows: a plan can be what an end waits for (the last copy is
// cancelled). The graph has no cycle and planning is idempotent, so this ends.
bool Settle(absl::Time now, Migration* m, std::vector<Move>* moves) {
  bool changed = RecordTime(now, m);
  if (Seeded(SeededBug::kWindowFailsReady) && m->state == State::kReadyToCommit &&
      now >= m->window.end) {
    Enter(State::kFailed, now, m);
    changed = true;
  }
  for (bool more = true; more; changed |= more) {
    more = false;
    while (const auto event = Derive(*m, now)) {
      const Rule& rule = RuleFor(m->state, *event);
      REALM_CHECK(rule.verdict == Verdict::kGo, "derived ", ToString(*event), " in ",
                  ToString(m->state));
      Go(rule, now, m, moves);
      more = true;
    }
    if (PlanJobs(now, m)) more = true;
  }
  return changed;
}

// The row of the table to look at: the state's own, but for a rollback of what may have been
// started after the backup from which this row is.
State RuledAs(const Migration& m, Event event) {
  if (event != Event::kRollback) return m.state;
  if (m.state == State::kScheduled && m.outdated) return State::kCopying;
  const bool late = m.state == State::kSwitched && Seeded(SeededBug::kRollbackAfterSwitch);
  return late ? State::kCommitting : m.state;
}

absl::Status RefusedByTable(const Rule& rule, const Migration& m) {
  return Refuse(rule.why, absl::StrCat(ToString(rule.event), " is refused while the migration is ",
                                       ToString(m.state)));
}

// A schedule makes the row, or replaces what an earlier one asked for.
absl::Status ApplySchedule(const HookInput& hook, const Tenant* tenant, const Policy& policy,
                           absl::Time now, Migration* m) {
  ASSIGN_OR_RETURN(Migration wanted, Admit(hook, tenant, policy, now));
  wanted.state = m->state;
  if (m->state != State::kNone) {
    wanted.version = m->version;
    wanted.created = m->created;
    wanted.entered = m->entered;
    wanted.last_epoch = m->last_epoch;
    wanted.outdated = m->outdated;
  }
  *m = std::move(wanted);
  return absl::OkStatus();
}

// A rollback of what nobody knows leaves a tombstone: a start or schedule that
// was overtaken by it finds that it is too late.
void MakeTombstone(const HookInput& hook, const Tenant* tenant, absl::Time now, Migration* m) {
  m->key = hook.key;
  m->uid = UidOf(hook.key);
  m->platform = hook.platform;
  m->created = now;
  m->window = Window{now, now};
  if (tenant != nullptr) m->source = m->target = tenant->realm;
}

// Of different bodies: whatever its body says a rollback is honoured, and an operator's may come
// before the platform's own.
constexpr int kRollbackReceiptsMax = 4;

// Returns whether there was something to keep: the first of each hook, the first few rollbacks, and
// every schedule, since each replaces the one before.
bool KeepReceipt(const HookInput& hook, absl::Time now, Migration* m) {
  if (Seeded(SeededBug::kReceiptForgotten)) return false;
  Receipt receipt{hook.hook, hook.body_sha256, std::string(StatusWord(*m)), now};
  int rollbacks = 0;
  for (Receipt& r : m->receipts) {
    if (r.hook != hook.hook) continue;
    if (hook.hook == Hook::kRollback && ++rollbacks < kRollbackReceiptsMax) continue;
    if (hook.hook != Hook::kSchedule) return false;
    r = std::move(receipt);
    return true;
  }
  m->receipts.push_back(std::move(receipt));
  return true;
}

// What the input itself makes true, before anyone asks what follows from it.
absl::StatusOr<bool> Record(Event event, const Before& before, const Input& input,
                            const Policy& policy, absl::Time now, Migration* m) {
  if (event == Event::kSchedule || event == Event::kReschedule) {
    const auto& hook = std::get<HookInput>(input.body);
    RETURN_IF_ERROR(ApplySchedule(hook, before.tenant, policy, now, m));
    return true;
  }
  if (event == Event::kRollback && m->state == State::kNone) {
    MakeTombstone(std::get<HookInput>(input.body), before.tenant, now, m);
    return true;
  }
  return RecordFacts(input, now, m);
}

struct Detailer {
  const Migration& m;

  std::string JobName(int number) const {
    const Job* job = FindJob(m, number);
    return job == nullptr ? "" : absl::StrCat(job->transfer.value(), "/", ToString(job->kind));
  }
  std::string operator()(const HookInput& i) const {
    return i.hook == Hook::kSchedule
               ? absl::StrCat(m.source.value(), " to ", m.target.value(), m.no_op ? ", no-op" : "")
               : "";
  }
  std::string operator()(const TrafficInput& i) const {
    return absl::StrCat("at ", i.realm.value(), " via ", i.via);
  }
  std::string operator()(const ConfirmInput& i) const { return i.reason; }
  std::string operator()(const LeaseInput& i) const {
    return absl::StrCat(JobName(i.job), " to ", i.worker.value());
  }
  std::string operator()(const ReportInput& i) const {
    static constexpr absl::string_view kWords[] = {"", "done", "failed", "failed for good",
                                                   "returned"};
    return absl::StrCat(JobName(i.job), " ", kWords[static_cast<int>(i.outcome)],
                        i.error.empty() ? "" : ": ", i.error);
  }
  std::string operator()(const LeaseLostInput& i) const {
    return absl::StrCat(JobName(i.job), ": ", i.why);
  }
  std::string operator()(const TickInput&) const { return ""; }
  std::string operator()(const RestoredInput& i) const {
    return absl::StrCat("the store is of generation ", i.generation);
  }
  std::string operator()(const ClockInput&) const { return "what waits by the clock begins anew"; }
};

uint64_t EpochOf(const Input& input, const Migration& m) {
  int number = 0;
  if (const auto* lease = std::get_if<LeaseInput>(&input.body)) number = lease->job;
  if (const auto* report = std::get_if<ReportInput>(&input.body)) number = report->job;
  if (const auto* lost = std::get_if<LeaseLostInput>(&input.body)) number = lost->job;
  const Job* job = FindJob(m, number);
  return job == nullptr ? m.last_epoch : job->epoch;
}

AuditRecord MakeAudit(const Input& input, State before, const Migration& m, absl::Time now) {
  AuditRecord record;
  record.time = now;
  record.key = m.key;
  record.actor = input.actor;
  record.input = std::string(WordFor(input));
  record.detail = std::visit(Detailer{m}, input.body);
  record.before = before;
  record.after = m.state;
  record.epoch = EpochOf(input, m);
  return record;
}

Changes Unchanged(const Migration& m) {
  Changes out;
  out.answer.migration = m.key.migration;
  out.answer.status = std::string(StatusWord(m));
  out.answer.version = m.version;
  return out;
}

// The rows after the step, checked, with the entry in line with the migration.
Changes Finish(const Before& before, const Input& input, absl::Time now, Migration m) {
  Changes out;
  if (before.tenant != nullptr) {
    Tenant tenant = *before.tenant;
    // A tombstone never was under way; it does not concern the entry.
    const bool concerns = tenant.active == m.key.migration || !IsTerminal(m.state);
    if (concerns && UpdateEntry(now, &m, &tenant)) {
      ++tenant.version;
      out.tenant = std::move(tenant);
    }
  }
  ++m.version;
  m.updated = now;
  const State state_before = before.migration ? before.migration->state : State::kNone;
  out.audit = MakeAudit(input, state_before, m, now);
  out.answer = Unchanged(m).answer;
  out.answer.recorded = true;
  out.migration = std::move(m);
  CheckInvariants(*out.migration, out.tenant ? &*out.tenant : before.tenant);
  return out;
}

Changes AnswerAgain(const Before& before, const Receipt& receipt, const Input& input,
                    absl::Time now) {
  Migration m = *before.migration;
  Changes out = Unchanged(m);
  // Each 2xx to commit starts the platform's retry horizon anew.
  if (receipt.hook == Hook::kCommit && m.state == State::kCommitting) {
    m.commit_answered = std::max(m.commit_answered, now);
    out = Finish(before, input, now, std::move(m));
  }
  if (!Seeded(SeededBug::kReplayAnsweredAnew)) out.answer.status = receipt.status;
  out.answer.replayed = true;
  out.answer.version = 0;
  return out;
}

// A rollback without an id, of a tenant that never migrated: nothing to undo, and
// no name under which to remember that.
Changes NothingToUndo() {
  Changes out;
  out.answer.status = "cancelled";
  return out;
}

}  // namespace

absl::StatusOr<Changes> Step(const Before& before, const Input& input, const Policy& policy,
                             absl::Time now) {
  const auto* hook = std::get_if<HookInput>(&input.body);
  if (hook != nullptr && before.migration != nullptr) {
    const Receipt* receipt = FindReplay(*before.migration, *hook);
    if (receipt != nullptr) return AnswerAgain(before, *receipt, input, now);
  }

  Migration m = before.migration ? *before.migration : Migration{};
  std::vector<Move> moves;
  // A request of the tenant counts before the time that seemed to pass without one; what is
  // outdated, or rests on a clock in doubt, is known to be before anything follows from it.
  const bool comes_first = std::holds_alternative<TrafficInput>(input.body) ||
                           std::holds_alternative<RestoredInput>(input.body) ||
                           std::holds_alternative<ClockInput>(input.body);
  bool changed = !comes_first && Settle(now, &m, &moves);
  ASSIGN_OR_RETURN(const Event event, Classify(m, input, policy));
  const Rule& rule = RuleFor(RuledAs(m, event), event);
  if (rule.verdict == Verdict::kRefuse) return RefusedByTable(rule, m);
  if (event == Event::kRollback && KeyOf(input).migration.empty()) return NothingToUndo();

  ASSIGN_OR_RETURN(const bool recorded, Record(event, before, input, policy, now, &m));
  if (rule.verdict == Verdict::kGo) Go(rule, now, &m, &moves);
  changed |= recorded || rule.verdict == Verdict::kGo;
  changed |= Settle(now, &m, &moves);
  changed |= hook != nullptr && KeepReceipt(*hook, now, &m);
  if (!changed) return Unchanged(m);
  Changes out = Finish(before, input, now, std::move(m));
  out.moves = std::move(moves);
  return out;
}

MigrationId ResolveMigration(Hook hook, const MigrationId& named, const Tenant* tenant) {
  if (!named.empty() || tenant == nullptr) return named;
  if (!tenant->active.empty()) return tenant->active;
  if (hook != Hook::kSchedule) return tenant->latest;
  return MigrationId(absl::StrCat("unnamed-", tenant->migration_count + 1));
}

}  // namespace realm::coordinator
