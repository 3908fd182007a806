// The words that scenario files use for the product's own enumerations, both ways.

#ifndef REALMSHIFT_TESTS_SIM_WORDS_H_
#define REALMSHIFT_TESTS_SIM_WORDS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "tests/sim/scenario.h"

namespace realm::sim {

// "ready-to-commit".
absl::string_view WordFor(coordinator::State state);
absl::string_view WordFor(CrashMoment moment);

const std::vector<std::string>& HookWords();
std::optional<coordinator::Hook> HookFrom(absl::string_view word);
std::optional<CrashMoment> CrashMomentFrom(absl::string_view word);

// "copy >= 40%", "final-copy >= 0%", "state == committing". InvalidArgument; the message, "is ...;
// write ...", follows the name of a field.
absl::StatusOr<Trigger> ParseTrigger(absl::string_view text);
std::string FormatTrigger(const Trigger& trigger);  // REQUIRES: not kAt.

// "<= 6". As above.
absl::StatusOr<Threshold> ParseThreshold(absl::string_view counter, absl::string_view text);
std::string FormatComparison(const Threshold& threshold);

// "1h30m", "-1h", "inf".
std::string FormatSpan(absl::Duration duration);

// An author's own word (an id, a name, a counter) as a file says it: plain, or quoted if it has
// anything that YAML or its reader would take for something else.
std::string YamlWord(absl::string_view word);

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORDS_H_
