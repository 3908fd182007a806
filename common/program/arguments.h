// Taking a command line apart, by the list of the flags that one command knows.

#ifndef REALMSHIFT_COMMON_PROGRAM_ARGUMENTS_H_
#define REALMSHIFT_COMMON_PROGRAM_ARGUMENTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace realm {

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
  // InvalidArgument, naming the flag: its value is no whole number from 0.
  absl::StatusOr<int64_t> GetCount(absl::string_view flag, int64_t otherwise) const;
  // InvalidArgument, naming the flag: its value is no port, 0 to 65535.
  absl::StatusOr<int> GetPort(absl::string_view flag, int otherwise) const;

 private:
  friend class ArgumentParser;

  std::vector<std::string> positional_;
  std::map<std::string, std::string, std::less<>> values_;
};

// "-o, --output=FORMAT", as help shows it; as wide without a letter.
std::string Written(const Flag& flag);

// Reads --flag=VALUE, --flag VALUE, -f VALUE and -fVALUE; after "--" everything is positional. In
// a flag's name _ is as good as -.
//
// InvalidArgument: an unknown flag (with the nearest known one), a flag given twice, a switch with
// a value, a value that is missing.
absl::StatusOr<Arguments> ParseArguments(const std::vector<std::string>& words,
                                         const std::vector<Flag>& flags);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_PROGRAM_ARGUMENTS_H_
