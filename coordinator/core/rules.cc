#include "coordinator/core/rules.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"

namespace realm::coordinator {
namespace {

constexpr Rule Go(State state, Event event, State to) {
  return {state, event, Verdict::kGo, to, Refusal::kOver};
}

// Redelivery, or a fact that does not move the migration.
constexpr Rule Stay(State state, Event event) {
  return {state, event, Verdict::kStay, state, Refusal::kOver};
}

constexpr Rule Refused(State state, Event event, Refusal why) {
  return {state, event, Verdict::kRefuse, state, why};
}

// One line per pair, by state and then by event, so that finding a rule is an
// index. A hook whose effect has already come about stays; one whose effect can
// no longer come about is refused.
constexpr Rule kRules[] = {
    // None
    Go(State::kNone, Event::kSchedule, State::kScheduled),
    Refused(State::kNone, Event::kReschedule, Refusal::kNotScheduled),
    Refused(State::kNone, Event::kStart, Refusal::kNotScheduled),
    Refused(State::kNone, Event::kCommit, Refusal::kNotScheduled),
    Go(State::kNone, Event::kRollback, State::kCancelled),
    Refused(State::kNone, Event::kConfirm, Refusal::kNotWaiting),
    Stay(State::kNone, Event::kTraffic),
    Stay(State::kNone, Event::kNoted),
    Stay(State::kNone, Event::kCopied),
    Stay(State::kNone, Event::kCopyFailed),
    Stay(State::kNone, Event::kWindowClosed),
    Stay(State::kNone, Event::kSwitched),
    Stay(State::kNone, Event::kPurged),
    Stay(State::kNone, Event::kUndoDue),
    Stay(State::kNone, Event::kUndone),
    // Scheduled
    Refused(State::kScheduled, Event::kSchedule, Refusal::kAlreadyStarted),
    Stay(State::kScheduled, Event::kReschedule),
    Go(State::kScheduled, Event::kStart, State::kCopying),
    Refused(State::kScheduled, Event::kCommit, Refusal::kTooEarly),
    Go(State::kScheduled, Event::kRollback, State::kCancelled),
    Refused(State::kScheduled, Event::kConfirm, Refusal::kNotWaiting),
    Stay(State::kScheduled, Event::kTraffic),
    Stay(State::kScheduled, Event::kNoted),
    Stay(State::kScheduled, Event::kCopied),
    Stay(State::kScheduled, Event::kCopyFailed),
    Go(State::kScheduled, Event::kWindowClosed, State::kFailed),
    Stay(State::kScheduled, Event::kSwitched),
    Stay(State::kScheduled, Event::kPurged),
    Stay(State::kScheduled, Event::kUndoDue),
    Stay(State::kScheduled, Event::kUndone),
    // Copying
    Refused(State::kCopying, Event::kSchedule, Refusal::kAlreadyStarted),
    Refused(State::kCopying, Event::kReschedule, Refusal::kAlreadyStarted),
    Stay(State::kCopying, Event::kStart),
    Refused(State::kCopying, Event::kCommit, Refusal::kTooEarly),
    Go(State::kCopying, Event::kRollback, State::kRollingBack),
    Refused(State::kCopying, Event::kConfirm, Refusal::kNotWaiting),
    Stay(State::kCopying, Event::kTraffic),
    Stay(State::kCopying, Event::kNoted),
    Go(State::kCopying, Event::kCopied, State::kReadyToCommit),
    Go(State::kCopying, Event::kCopyFailed, State::kFailed),
    Go(State::kCopying, Event::kWindowClosed, State::kFailed),
    Stay(State::kCopying, Event::kSwitched),
    Stay(State::kCopying, Event::kPurged),
    Stay(State::kCopying, Event::kUndoDue),
    Stay(State::kCopying, Event::kUndone),
    // ReadyToCommit
    Refused(State::kReadyToCommit, Event::kSchedule, Refusal::kAlreadyStarted),
    Refused(State::kReadyToCommit, Event::kReschedule, Refusal::kAlreadyStarted),
    Stay(State::kReadyToCommit, Event::kStart),
    Go(State::kReadyToCommit, Event::kCommit, State::kCommitting),
    Go(State::kReadyToCommit, Event::kRollback, State::kRollingBack),
    Refused(State::kReadyToCommit, Event::kConfirm, Refusal::kNotWaiting),
    Stay(State::kReadyToCommit, Event::kTraffic),
    Stay(State::kReadyToCommit, Event::kNoted),
    Stay(State::kReadyToCommit, Event::kCopied),
    Stay(State::kReadyToCommit, Event::kCopyFailed),
    Stay(State::kReadyToCommit, Event::kWindowClosed),
    Stay(State::kReadyToCommit, Event::kSwitched),
    Stay(State::kReadyToCommit, Event::kPurged),
    Stay(State::kReadyToCommit, Event::kUndoDue),
    Stay(State::kReadyToCommit, Event::kUndone),
    // Committing
    Refused(State::kCommitting, Event::kSchedule, Refusal::kAlreadyStarted),
    Refused(State::kCommitting, Event::kReschedule, Refusal::kAlreadyStarted),
    Stay(State::kCommitting, Event::kStart),
    Stay(State::kCommitting, Event::kCommit),
    Go(State::kCommitting, Event::kRollback, State::kRollingBack),
    Stay(State::kCommitting, Event::kConfirm),
    Stay(State::kCommitting, Event::kTraffic),
    Stay(State::kCommitting, Event::kNoted),
    Stay(State::kCommitting, Event::kCopied),
    Stay(State::kCommitting, Event::kCopyFailed),
    Stay(State::kCommitting, Event::kWindowClosed),
    Go(State::kCommitting, Event::kSwitched, State::kSwitched),
    Stay(State::kCommitting, Event::kPurged),
    Stay(State::kCommitting, Event::kUndoDue),
    Stay(State::kCommitting, Event::kUndone),
    // Switched
    Refused(State::kSwitched, Event::kSchedule, Refusal::kAlreadyStarted),
    Refused(State::kSwitched, Event::kReschedule, Refusal::kAlreadyStarted),
    Stay(State::kSwitched, Event::kStart),
    Stay(State::kSwitched, Event::kCommit),
    Refused(State::kSwitched, Event::kRollback, Refusal::kPointOfNoReturn),
    Stay(State::kSwitched, Event::kConfirm),
    Stay(State::kSwitched, Event::kTraffic),
    Stay(State::kSwitched, Event::kNoted),
    Stay(State::kSwitched, Event::kCopied),
    Stay(State::kSwitched, Event::kCopyFailed),
    Stay(State::kSwitched, Event::kWindowClosed),
    Stay(State::kSwitched, Event::kSwitched),
    Go(State::kSwitched, Event::kPurged, State::kCommitted),
    Stay(State::kSwitched, Event::kUndoDue),
    Stay(State::kSwitched, Event::kUndone),
    // Committed
    Refused(State::kCommitted, Event::kSchedule, Refusal::kAlreadyStarted),
    Refused(State::kCommitted, Event::kReschedule, Refusal::kAlreadyStarted),
    Stay(State::kCommitted, Event::kStart),
    Stay(State::kCommitted, Event::kCommit),
    Refused(State::kCommitted, Event::kRollback, Refusal::kPointOfNoReturn),
    Stay(State::kCommitted, Event::kConfirm),
    Stay(State::kCommitted, Event::kTraffic),
    Stay(State::kCommitted, Event::kNoted),
    Stay(State::kCommitted, Event::kCopied),
    Stay(State::kCommitted, Event::kCopyFailed),
    Stay(State::kCommitted, Event::kWindowClosed),
    Stay(State::kCommitted, Event::kSwitched),
    Stay(State::kCommitted, Event::kPurged),
    Stay(State::kCommitted, Event::kUndoDue),
    Stay(State::kCommitted, Event::kUndone),
    // Failed
    Refused(State::kFailed, Event::kSchedule, Refusal::kAlreadyStarted),
    Refused(State::kFailed, Event::kReschedule, Refusal::kFailed),
    Refused(State::kFailed, Event::kStart, Refusal::kFailed),
    Refused(State::kFailed, Event::kCommit, Refusal::kFailed),
    Go(State::kFailed, Event::kRollback, State::kRollingBack),
    Refused(State::kFailed, Event::kConfirm, Refusal::kNotWaiting),
    Stay(State::kFailed, Event::kTraffic),
    Stay(State::kFailed, Event::kNoted),
    Stay(State::kFailed, Event::kCopied),
    Stay(State::kFailed, Event::kCopyFailed),
    Stay(State::kFailed, Event::kWindowClosed),
    Stay(State::kFailed, Event::kSwitched),
    Stay(State::kFailed, Event::kPurged),
    Go(State::kFailed, Event::kUndoDue, State::kRollingBack),
    Stay(State::kFailed, Event::kUndone),
    // RollingBack
    Refused(State::kRollingBack, Event::kSchedule, Refusal::kAlreadyStarted),
    Refused(State::kRollingBack, Event::kReschedule, Refusal::kOver),
    Refused(State::kRollingBack, Event::kStart, Refusal::kOver),
    Refused(State::kRollingBack, Event::kCommit, Refusal::kOver),
    Stay(State::kRollingBack, Event::kRollback),
    Refused(State::kRollingBack, Event::kConfirm, Refusal::kNotWaiting),
    Stay(State::kRollingBack, Event::kTraffic),
    Stay(State::kRollingBack, Event::kNoted),
    Stay(State::kRollingBack, Event::kCopied),
    Stay(State::kRollingBack, Event::kCopyFailed),
    Stay(State::kRollingBack, Event::kWindowClosed),
    Stay(State::kRollingBack, Event::kSwitched),
    Stay(State::kRollingBack, Event::kPurged),
    Stay(State::kRollingBack, Event::kUndoDue),
    Go(State::kRollingBack, Event::kUndone, State::kRolledBack),
    // RolledBack
    Refused(State::kRolledBack, Event::kSchedule, Refusal::kAlreadyStarted),
    Refused(State::kRolledBack, Event::kReschedule, Refusal::kOver),
    Refused(State::kRolledBack, Event::kStart, Refusal::kOver),
    Refused(State::kRolledBack, Event::kCommit, Refusal::kOver),
    Stay(State::kRolledBack, Event::kRollback),
    Refused(State::kRolledBack, Event::kConfirm, Refusal::kNotWaiting),
    Stay(State::kRolledBack, Event::kTraffic),
    Stay(State::kRolledBack, Event::kNoted),
    Stay(State::kRolledBack, Event::kCopied),
    Stay(State::kRolledBack, Event::kCopyFailed),
    Stay(State::kRolledBack, Event::kWindowClosed),
    Stay(State::kRolledBack, Event::kSwitched),
    Stay(State::kRolledBack, Event::kPurged),
    Stay(State::kRolledBack, Event::kUndoDue),
    Stay(State::kRolledBack, Event::kUndone),
    // Cancelled
    Refused(State::kCancelled, Event::kSchedule, Refusal::kAlreadyStarted),
    Refused(State::kCancelled, Event::kReschedule, Refusal::kOver),
    Refused(State::kCancelled, Event::kStart, Refusal::kOver),
    Refused(State::kCancelled, Event::kCommit, Refusal::kOver),
    Stay(State::kCancelled, Event::kRollback),
    Refused(State::kCancelled, Event::kConfirm, Refusal::kNotWaiting),
    Stay(State::kCancelled, Event::kTraffic),
    Stay(State::kCancelled, Event::kNoted),
    Stay(State::kCancelled, Event::kCopied),
    Stay(State::kCancelled, Event::kCopyFailed),
    Stay(State::kCancelled, Event::kWindowClosed),
    Stay(State::kCancelled, Event::kSwitched),
    Stay(State::kCancelled, Event::kPurged),
    Stay(State::kCancelled, Event::kUndoDue),
    Stay(State::kCancelled, Event::kUndone),
};

constexpr bool EveryPairHasOneRule() {
  int index = 0;
  for (const Rule& rule : kRules) {
    if (static_cast<int>(rule.state) != index / kEventCount) return false;
    if (static_cast<int>(rule.event) != index % kEventCount) return false;
    ++index;
  }
  return index == kStateCount * kEventCount;
}
static_assert(EveryPairHasOneRule(), "one rule for each state and event, in order");

std::string Cell(const Rule& rule) {
  switch (rule.verdict) {
    case Verdict::kGo:
      return absl::StrCat(">", ToString(rule.to));
    case Verdict::kStay:
      return "=";
    case Verdict::kRefuse:
      return absl::StrCat("!", ToString(rule.why));
  }
  std::abort();  // Not reached: the switch is exhaustive.
}

// A row of cells, each padded to its column, so that the text reads as well as the page.
std::string Line(const std::vector<std::string>& cells, const std::vector<size_t>& widths) {
  std::string out = "|";
  for (size_t i = 0; i < cells.size(); ++i) {
    absl::StrAppend(&out, " ", cells[i], std::string(widths[i] - cells[i].size(), ' '), " |");
  }
  return absl::StrCat(out, "\n");
}

// One line for each state, one column for each event from `first` to `last`.
std::string TableOf(Event first, Event last) {
  std::vector<std::vector<std::string>> lines(kStateCount + 2);
  lines[0] = {"state"};
  for (int e = static_cast<int>(first); e <= static_cast<int>(last); ++e) {
    lines[0].emplace_back(ToString(static_cast<Event>(e)));
  }
  lines[1].assign(lines[0].size(), "---");
  for (int s = 0; s < kStateCount; ++s) {
    lines[s + 2] = {std::string(ToString(static_cast<State>(s)))};
    for (int e = static_cast<int>(first); e <= static_cast<int>(last); ++e) {
      lines[s + 2].push_back(Cell(RuleFor(static_cast<State>(s), static_cast<Event>(e))));
    }
  }
  std::vector<size_t> widths(lines[0].size(), 0);
  for (const auto& cells : lines) {
    for (size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], cells[i].size());
  }
  std::string out;
  for (const auto& cells : lines)
    out += Line(cells, widths);
  return out;
}

}  // namespace

absl::string_view ToString(Event event) {
  switch (event) {
    case Event::kSchedule:
      return "schedule";
    case Event::kReschedule:
      return "reschedule";
    case Event::kStart:
      return "start";
    case Event::kCommit:
      return "commit";
    case Event::kRollback:
      return "rollback";
    case Event::kConfirm:
      return "confirm";
    case Event::kTraffic:
      return "traffic";
    case Event::kNoted:
      return "noted";
    case Event::kCopied:
      return "copied";
    case Event::kCopyFailed:
      return "copy-failed";
    case Event::kWindowClosed:
      return "window-closed";
    case Event::kSwitched:
      return "switched";
    case Event::kPurged:
      return "purged";
    case Event::kUndoDue:
      return "undo-due";
    case Event::kUndone:
      return "undone";
  }
  std::abort();  // Not reached: the switch is exhaustive.
}

const Rule& RuleFor(State state, Event event) {
  return kRules[static_cast<int>(state) * kEventCount + static_cast<int>(event)];
}

std::string RulesAsMarkdown() {
  return absl::StrCat(TableOf(Event::kSchedule, Event::kNoted), "\n",
                      TableOf(Event::kCopied, Event::kUndone));
}

}  // namespace realm::coordinator
