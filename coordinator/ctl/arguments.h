// Taking a command line apart, by the list of the flags that one command knows.

#ifndef REALMSHIFT_COORDINATOR_CTL_ARGUMENTS_H_
#define REALMSHIFT_COORDINATOR_CTL_ARGUMENTS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace realm::ctl {

struct Flag {
  // Without dashes.
  absl::string_view name;
  // What its value is called in the help ("FILE"); empty for a switch, which has none.
  absl::string_view value;
  absl::string_view text;
  // A single letter, or empty.
  absl::string_view letter = "";
};

// Thread safety: as a std::map.
class Arguments {
 public:
  // What is no flag, in order.
  const std::vector<std::string>& positional() const { return positional_; }

  bool Has(absl::string_view flag) const { return values_.find(flag) != values_.end(); }
  // Its value, or `otherwise` when it was not given.
  std::string Get(absl::string_view flag, absl::string_view otherwise = "") const;

  // InvalidArgument, naming the flag: its value is no duration ("10s", "2m30s") above zero.
  absl::StatusOr<absl::Duration> GetDuration(absl::string_view flag,
                                             absl::Duration otherwise) const;
  // InvalidArgument, naming the flag: its value is no port, 0 to 65535.
  absl::StatusOr<int> GetPort(absl::string_view flag, int otherwise) const;

 private:
  friend class ArgumentParser;

  std::vector<std::string> positional_;
  std::map<std::string, std::string, std::less<>> values_;
};

// Reads --flag=VALUE, --flag VALUE, -f VALUE and -fVALUE; after "--" everything is positional.
//
// InvalidArgument: an unknown flag (with the nearest known one), a flag given twice, a switch with
// a value, a value that is missing.
absl::StatusOr<Arguments> ParseArguments(const std::vector<std::string>& words,
                                         const std::vector<Flag>& flags);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_ARGUMENTS_H_
