#include "coordinator/core/classify.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"

#include "common/seeded_bug.h"
#include "common/status_macros.h"
#include "coordinator/core/admission.h"
#include "coordinator/core/view.h"

namespace realm::coordinator {
namespace {

Event EventOf(Hook hook, bool known) {
  switch (hook) {
    case Hook::kSchedule:
      return known ? Event::kReschedule : Event::kSchedule;
    case Hook::kStart:
      return Event::kStart;
    case Hook::kCommit:
      return Event::kCommit;
    case Hook::kRollback:
      return Event::kRollback;
  }
  std::abort();  // Not reached: the switch is exhaustive.
}

absl::StatusOr<Event> ClassifyHook(const Migration& m, const HookInput& hook,
                                   const Policy& policy) {
  const Event event = EventOf(hook.hook, m.state != State::kNone);
  // Giving up is never refused for what its body says, and a schedule's is new.
  if (event != Event::kStart && event != Event::kCommit) return event;
  // That it is too early or too late says more than what the body has.
  if (RuleFor(m.state, event).verdict == Verdict::kRefuse) return event;
  RETURN_IF_ERROR(CompareWithSchedule(hook, m, policy));
  if (FindReceipt(m, hook.hook) != nullptr) {
    return Refuse(Refusal::kBodyMismatch,
                  absl::StrCat(ToString(hook.hook), " was accepted with another body"));
  }
  return event;
}

absl::StatusOr<Event> ClassifyConfirm(const Migration& m, const ConfirmInput& confirm) {
  const std::string digest = PlanDigest(m);
  if (digest.empty() && m.state == State::kCommitting) {
    return Refuse(Refusal::kNotWaiting,
                  "the last verification is not through; there is no plan to confirm yet");
  }
  if (digest.empty()) return Event::kConfirm;  // The table knows what to say.
  if (confirm.plan_digest != digest) {
    return Refuse(Refusal::kPlanMismatch,
                  absl::StrCat("plan digest \"", confirm.plan_digest,
                               "\" is not that of what would be deleted now; describe the "
                               "migration and look again"));
  }
  return Event::kConfirm;
}

class Classifier {
 public:
  Classifier(const Migration& m, const Policy& policy) : m_(m), policy_(policy) {}

  absl::StatusOr<Event> operator()(const HookInput& i) const {
    return ClassifyHook(m_, i, policy_);
  }
  absl::StatusOr<Event> operator()(const ConfirmInput& i) const { return ClassifyConfirm(m_, i); }
  absl::StatusOr<Event> operator()(const TrafficInput&) const { return Event::kTraffic; }
  absl::StatusOr<Event> operator()(const LeaseInput&) const { return Event::kNoted; }
  absl::StatusOr<Event> operator()(const ReportInput&) const { return Event::kNoted; }
  absl::StatusOr<Event> operator()(const LeaseLostInput&) const { return Event::kNoted; }
  absl::StatusOr<Event> operator()(const TickInput&) const { return Event::kNoted; }
  absl::StatusOr<Event> operator()(const RestoredInput&) const { return Event::kNoted; }
  absl::StatusOr<Event> operator()(const ClockInput&) const { return Event::kNoted; }

 private:
  const Migration& m_;
  const Policy& policy_;
};

bool PreparingFailedForGood(const Migration& m) {
  return std::any_of(m.jobs.begin(), m.jobs.end(), [](const Job& j) {
    return PreparesTarget(j.kind) && j.state == JobState::kFailed;
  });
}

}  // namespace

absl::StatusOr<Event> Classify(const Migration& m, const Input& input, const Policy& policy) {
  return std::visit(Classifier(m, policy), input.body);
}

const Receipt* FindReplay(const Migration& m, const HookInput& hook) {
  const auto found = std::find_if(m.receipts.begin(), m.receipts.end(), [&](const Receipt& r) {
    return r.hook == hook.hook && r.body_sha256 == hook.body_sha256;
  });
  return found == m.receipts.end() ? nullptr : &*found;
}

std::optional<Event> Derive(const Migration& m, absl::Time now) {
  switch (m.state) {
    case State::kScheduled:
      if (now >= m.window.end) return Event::kWindowClosed;
      return std::nullopt;
    case State::kCopying:
      if (PreparingFailedForGood(m)) return Event::kCopyFailed;
      if (IsReadyToCommit(m)) return Event::kCopied;
      if (now >= CopyDeadline(m)) return Event::kWindowClosed;
      return std::nullopt;
    case State::kCommitting:
      if (!m.proof && !Seeded(SeededBug::kNoProofOfSwitch)) return std::nullopt;
      if (AllBlockingSealedVerified(m) && AllGatesClosed(m)) return Event::kSwitched;
      return std::nullopt;
    case State::kSwitched:
      if (AllPurged(m)) return Event::kPurged;
      return std::nullopt;
    case State::kFailed:
      if (now >= UndoDueAt(m)) return Event::kUndoDue;
      return std::nullopt;
    case State::kRollingBack:
      if (CopiesSettled(m) && AllErased(m) && AllUnsealed(m)) return Event::kUndone;
      return std::nullopt;
    case State::kNone:
    case State::kReadyToCommit:
    case State::kCommitted:
    case State::kRolledBack:
    case State::kCancelled:
      return std::nullopt;
  }
  std::abort();  // Not reached: the switch is exhaustive.
}

}  // namespace realm::coordinator
