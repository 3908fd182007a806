// One line of a scenario, taken apart: "at 02:00 lost main/copy epoch=1: no frame came".

#ifndef REALMSHIFT_TESTS_SCENARIOS_COMMAND_H_
#define REALMSHIFT_TESTS_SCENARIOS_COMMAND_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "coordinator/core/migration.h"

namespace realm::coordinator {

struct Command {
  std::optional<absl::Time> at;
  std::string verb;
  std::vector<std::string> words;
  std::map<std::string, std::string> options;  // name=value
  std::string text;                            // After ": ".

  bool Has(const std::string& option) const { return options.count(option) > 0; }
  std::string Option(const std::string& option, absl::string_view otherwise) const;
  std::string Word(size_t index) const { return index < words.size() ? words[index] : ""; }
};

Command ParseCommand(absl::string_view line);

// "26:00" or "26:00:30", from the day's midnight on.
absl::Time ParseClock(absl::string_view text);
std::string ShowClock(absl::Time time);
// "02:00..06:00"
Window ParseWindow(absl::string_view text);
// "15m". REQUIRES: it is one.
absl::Duration ParseLength(absl::string_view text);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_TESTS_SCENARIOS_COMMAND_H_
