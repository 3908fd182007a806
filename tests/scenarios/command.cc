#include "tests/scenarios/command.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

#include "common/check.h"
#include "tests/support/coordinator/builders.h"

namespace realm::coordinator {

std::string Command::Option(const std::string& option, absl::string_view otherwise) const {
  const auto found = options.find(option);
  return found == options.end() ? std::string(otherwise) : found->second;
}

Command ParseCommand(absl::string_view line) {
  Command out;
  const std::vector<std::string> halves = absl::StrSplit(line, absl::MaxSplits(": ", 1));
  if (halves.size() > 1) out.text = halves[1];
  std::vector<std::string> words = absl::StrSplit(halves[0], ' ', absl::SkipEmpty());
  if (words.size() > 1 && words[0] == "at") {
    out.at = ParseClock(words[1]);
    words.erase(words.begin(), words.begin() + 2);
  }
  for (const std::string& word : words) {
    const std::vector<std::string> pair = absl::StrSplit(word, absl::MaxSplits('=', 1));
    if (pair.size() > 1) {
      out.options[pair[0]] = pair[1];
    } else if (out.verb.empty()) {
      out.verb = word;
    } else {
      out.words.push_back(word);
    }
  }
  return out;
}

absl::Time ParseClock(absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  absl::Duration out;
  absl::Duration unit = absl::Hours(1);
  for (const std::string& part : parts) {
    int number = 0;
    REALM_CHECK(absl::SimpleAtoi(part, &number), "not a clock: ", text);
    out += number * unit;
    unit /= 60;
  }
  return Midnight() + out;
}

std::string ShowClock(absl::Time time) {
  const int64_t seconds = absl::ToInt64Seconds(time - Midnight());
  return absl::StrFormat("%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

Window ParseWindow(absl::string_view text) {
  const std::vector<std::string> ends = absl::StrSplit(text, "..");
  REALM_CHECK(ends.size() == 2, "not a window: ", text);
  return Window{ParseClock(ends[0]), ParseClock(ends[1])};
}

absl::Duration ParseLength(absl::string_view text) {
  absl::Duration out;
  REALM_CHECK(absl::ParseDuration(text, &out), "not a duration: ", text);
  return out;
}

}  // namespace realm::coordinator
