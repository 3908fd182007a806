// The table: for every state and every event, whether the migration moves,
// stays, or the caller is refused. No conditions here; they are in classify.
#ifndef REALMSHIFT_COORDINATOR_CORE_RULES_H_
#define REALMSHIFT_COORDINATOR_CORE_RULES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

#include "coordinator/core/refusal.h"
#include "coordinator/core/state.h"

namespace realm::coordinator {

// What an input, or the facts together with the time, can mean.
enum class Event : uint8_t {
  // From outside.
  kSchedule,    // A migration nobody knew.
  kReschedule,  // Another schedule of a known one.
  kStart,
  kCommit,
  kRollback,
  kConfirm,  // An operator's word that the platform has switched.
  kTraffic,  // A tenant request at one of the two realms.
  kNoted,    // A lease, a report, a lost lease or a tick: facts alone.
  // Derived from the facts, after each input.
  kCopied,        // Every blocking transfer is verified.
  kCopyFailed,    // A copy cannot succeed.
  kWindowClosed,  // Nothing may run any longer, or start never came.
  kSwitched,      // Verified under the seal, and the switch is proven.
  kPurged,        // Every transfer is purged from the source.
  kUndoDue,       // Failed, and no rollback came until well after the window.
  kUndone,        // The target is empty and the source open.
};
constexpr int kEventCount = 15;

// "window-closed"
absl::string_view ToString(Event event);

enum class Verdict : uint8_t { kGo, kStay, kRefuse };

struct Rule {
  State state;
  Event event;
  Verdict verdict;
  State to;     // kGo.
  Refusal why;  // kRefuse.
};

// Total: every state and event has exactly one rule.
const Rule& RuleFor(State state, Event event);

// The table as docs/STATE_MACHINE.md shows it (Markdown): one part for what comes
// from outside, one for what follows. ">X" go to X, "=" stay, "!WHY" refuse.
std::string RulesAsMarkdown();

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_RULES_H_
