#include "tests/sim/words.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "common/check.h"
#include "common/config/duration.h"
#include "common/config/words.h"
#include "common/json_text.h"
#include "common/status_macros.h"

namespace realm::sim {
namespace {

using coordinator::Hook;
using coordinator::JobKind;
using coordinator::State;
using Compare = Threshold::Compare;

struct StateWord {
  State state;
  absl::string_view word;
};
constexpr StateWord kStates[] = {
    {State::kScheduled, "scheduled"},
    {State::kCopying, "copying"},
    {State::kReadyToCommit, "ready-to-commit"},
    {State::kCommitting, "committing"},
    {State::kSwitched, "switched"},
    {State::kCommitted, "committed"},
    {State::kFailed, "failed"},
    {State::kRollingBack, "rolling-back"},
    {State::kRolledBack, "rolled-back"},
    {State::kCancelled, "cancelled"},
};

struct JobWord {
  JobKind kind;
  bool final_pass;
  absl::string_view word;
};
constexpr JobWord kJobs[] = {
    {JobKind::kCopy, false, "copy"},         {JobKind::kCopy, true, "final-copy"},
    {JobKind::kOpen, false, "open"},         {JobKind::kPurge, false, "purge"},
    {JobKind::kRollback, false, "rollback"}, {JobKind::kClose, false, "close"},
};

struct MomentWord {
  CrashMoment moment;
  absl::string_view word;
};
constexpr MomentWord kMoments[] = {
    {CrashMoment::kNow, "now"},
    {CrashMoment::kBeforeNextWrite, "before_next_write"},
    {CrashMoment::kAfterNextWrite, "after_next_write"},
};

// The longer ones first.
struct CompareWord {
  Compare compare;
  absl::string_view word;
};
constexpr CompareWord kCompares[] = {
    {Compare::kAtMost, "<="}, {Compare::kAtLeast, ">="}, {Compare::kEqual, "=="},
    {Compare::kBelow, "<"},   {Compare::kAbove, ">"},
};

absl::Status Refused(absl::string_view text, absl::string_view right) {
  return absl::InvalidArgumentError(absl::StrCat("is ", Quoted(text), "; write ", right));
}

absl::StatusOr<Trigger> StateTrigger(absl::string_view text, absl::string_view word) {
  Trigger trigger;
  trigger.kind = Trigger::Kind::kState;
  std::vector<std::string> words;
  for (const StateWord& entry : kStates) {
    if (entry.word == word) {
      trigger.state = entry.state;
      return trigger;
    }
    words.emplace_back(entry.word);
  }
  return Refused(text, absl::StrCat("one of the states ", OneOf(words)));
}

absl::StatusOr<Trigger> ProgressTrigger(absl::string_view text, absl::string_view word,
                                        absl::string_view share) {
  Trigger trigger;
  trigger.kind = Trigger::Kind::kProgress;
  if (!absl::ConsumeSuffix(&share, "%") || !absl::SimpleAtoi(share, &trigger.percent) ||
      trigger.percent < 0 || trigger.percent > 100) {
    return Refused(text, "a share of the job, \"copy >= 40%\"");
  }
  std::vector<std::string> words;
  for (const JobWord& entry : kJobs) {
    if (entry.word == word) {
      const bool gate = entry.kind == JobKind::kOpen || entry.kind == JobKind::kClose;
      if (gate && trigger.percent > 0) {
        return Refused(text, absl::StrCat("\"", word, " >= 0%\": it has no records"));
      }
      trigger.job = entry.kind;
      trigger.final_pass = entry.final_pass;
      return trigger;
    }
    words.emplace_back(entry.word);
  }
  return Refused(text, absl::StrCat("one of the jobs ", OneOf(words)));
}

}  // namespace

absl::string_view WordFor(State state) {
  for (const StateWord& entry : kStates)
    if (entry.state == state) return entry.word;
  return "none";
}

absl::string_view WordFor(CrashMoment moment) {
  for (const MomentWord& entry : kMoments)
    if (entry.moment == moment) return entry.word;
  REALM_CHECK(false);
  return "";
}

const std::vector<std::string>& HookWords() {
  static const auto* words =
      new std::vector<std::string>{"schedule", "start", "commit", "rollback"};
  return *words;
}

std::optional<Hook> HookFrom(absl::string_view word) {
  for (const Hook hook : {Hook::kSchedule, Hook::kStart, Hook::kCommit, Hook::kRollback})
    if (coordinator::ToString(hook) == word) return hook;
  return std::nullopt;
}

std::optional<CrashMoment> CrashMomentFrom(absl::string_view word) {
  for (const MomentWord& entry : kMoments)
    if (entry.word == word) return entry.moment;
  return std::nullopt;
}

absl::StatusOr<Trigger> ParseTrigger(absl::string_view text) {
  const std::vector<std::string> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  if (words.size() == 3 && words[0] == "state" && words[1] == "==") {
    return StateTrigger(text, words[2]);
  }
  if (words.size() == 3 && words[1] == ">=") return ProgressTrigger(text, words[0], words[2]);
  return Refused(text, "\"copy >= 40%\" or \"state == committing\"");
}

std::string FormatTrigger(const Trigger& trigger) {
  if (trigger.kind == Trigger::Kind::kState) {
    return absl::StrCat("state == ", WordFor(trigger.state));
  }
  for (const JobWord& entry : kJobs) {
    if (entry.kind != trigger.job || entry.final_pass != trigger.final_pass) continue;
    return absl::StrCat(entry.word, " >= ", trigger.percent, "%");
  }
  REALM_CHECK(false);
  return "";
}

absl::StatusOr<Threshold> ParseThreshold(absl::string_view counter, absl::string_view text) {
  Threshold threshold;
  threshold.counter = std::string(counter);
  for (const CompareWord& entry : kCompares) {
    absl::string_view rest = text;
    if (!absl::ConsumePrefix(&rest, entry.word)) continue;
    threshold.compare = entry.compare;
    if (absl::SimpleAtoi(rest, &threshold.value)) return threshold;
    break;
  }
  return Refused(text, "a comparison with a whole number, \"<= 6\"");
}

std::string FormatComparison(const Threshold& threshold) {
  for (const CompareWord& entry : kCompares)
    if (entry.compare == threshold.compare) return absl::StrCat(entry.word, " ", threshold.value);
  REALM_CHECK(false);
  return "";
}

std::string FormatSpan(absl::Duration duration) {
  if (duration == absl::InfiniteDuration()) return "inf";
  if (duration < absl::ZeroDuration()) return absl::StrCat("-", FormatConfigDuration(-duration));
  return FormatConfigDuration(duration);
}

std::string YamlWord(absl::string_view word) {
  const bool plain = !word.empty() && word != "null" && absl::ascii_isalnum(word[0]) &&
                     std::all_of(word.begin(), word.end(), [](char c) {
                       return absl::ascii_isalnum(c) || absl::StrContains("._/-", c);
                     });
  if (plain) return std::string(word);
  // What JSON escapes, YAML reads in its double quotes.
  std::string quoted;
  AppendJsonString(word, &quoted);
  return quoted;
}

}  // namespace realm::sim
