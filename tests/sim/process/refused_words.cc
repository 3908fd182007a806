#include "tests/sim/process/refused_words.h"

#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace realm::sim {
namespace {

bool CanHappen(FaultKind kind) {
  switch (kind) {
    case FaultKind::kKillWorker:
    case FaultKind::kPauseWorker:
    case FaultKind::kDrainWorker:
    case FaultKind::kPartition:
    case FaultKind::kOneWayIn:
    case FaultKind::kOneWayOut:
    case FaultKind::kCutData:
    case FaultKind::kCrashCoordinator:
    case FaultKind::kTornWrite:
    case FaultKind::kSyncError:
    case FaultKind::kDiskFull:
    case FaultKind::kDiskSlow:
    case FaultKind::kStoreDown:
    case FaultKind::kStoreSlow:
    case FaultKind::kPoisonRow:
    case FaultKind::kGarble:
    case FaultKind::kLeftovers:
    case FaultKind::kClockJump:
    case FaultKind::kSuspend:
    case FaultKind::kCancel:
    case FaultKind::kUninstall:
    case FaultKind::kReinstall:
    case FaultKind::kRotateSecret:
      return true;
    default:
      return false;
  }
}

// What this backend counts as well.
bool IsCounted(absl::string_view counter) {
  return counter == "store/fenced" || absl::StartsWith(counter, "state/") ||
         absl::StartsWith(counter, "fault/");
}

bool IsWordChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '/' || c == '-';
}

bool IsKeyAt(absl::string_view line, size_t at, absl::string_view word) {
  if (at > 0 && IsWordChar(line[at - 1])) return false;
  size_t end = at + word.size();
  if (end < line.size() && (line[end] == '"' || line[end] == '\'')) ++end;
  while (end < line.size() && line[end] == ' ')
    ++end;
  return end < line.size() && line[end] == ':';
}

class Refusals {
 public:
  Refusals(const Scenario& scenario, absl::string_view text) : scenario_(scenario), text_(text) {}

  void Add(absl::string_view key, int nth, absl::string_view why) {
    found_.push_back(absl::StrCat(scenario_.file, ":", LineOfKey(text_, key, nth), ": ", key, " ",
                                  why, "; run it without --backend process"));
  }
  void AddFaults() {
    std::map<FaultKind, int> seen;
    for (const Fault& fault : scenario_.faults) {
      const int nth = ++seen[fault.kind];
      if (!CanHappen(fault.kind)) Add(ToString(fault.kind), nth, "cannot be done to real programs");
    }
  }
  std::vector<std::string> Take() { return std::move(found_); }

 private:
  const Scenario& scenario_;
  const absl::string_view text_;
  std::vector<std::string> found_;
};

}  // namespace

int LineOfKey(absl::string_view text, absl::string_view word, int nth) {
  int number = 0;
  int seen = 0;
  for (const absl::string_view whole : absl::StrSplit(text, '\n')) {
    ++number;
    const absl::string_view line = whole.substr(0, whole.find('#'));
    for (size_t at = line.find(word); at != absl::string_view::npos; at = line.find(word, at + 1)) {
      if (IsKeyAt(line, at, word) && ++seen == nth) return number;
    }
  }
  return 1;
}

std::vector<std::string> RefusedWords(const Scenario& scenario, absl::string_view text) {
  Refusals refusals(scenario, text);
  refusals.AddFaults();
  if (!scenario.mix.kinds.empty()) refusals.Add("mix", 1, "draws faults of the simulator");
  if (scenario.timers_never || scenario.timers_always) {
    refusals.Add("leases", 1, "cannot be other than real with real programs");
  }
  for (const Threshold& threshold : scenario.thresholds) {
    if (IsCounted(threshold.counter)) continue;
    refusals.Add(threshold.counter, 1, "is a counter of the simulator");
  }
  return refusals.Take();
}

}  // namespace realm::sim
