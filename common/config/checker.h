// The checks that both programs' rules are made of.

#ifndef REALMSHIFT_COMMON_CONFIG_CHECKER_H_
#define REALMSHIFT_COMMON_CONFIG_CHECKER_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"

#include "common/config/findings.h"

namespace realm {

// "" or what is wrong with a value; see syntax.h.
using Shape = std::string (*)(absl::string_view);

// Path of the item `index` of the list at `path`.
std::string At(absl::string_view path, size_t index);

class Checker {
 public:
  explicit Checker(Findings& findings) : findings_(findings) {}

  Findings& findings() { return findings_; }

  // Finds `value` missing if it is empty. `example` is what would be right.
  bool Require(absl::string_view path, absl::string_view value, absl::string_view example);
  // And, if it is there, of another shape.
  void Require(absl::string_view path, absl::string_view value, absl::string_view example,
               Shape shape);
  // The shape alone; empty is right.
  void Optional(absl::string_view path, absl::string_view value, Shape shape);
  // A list of `count` items must have 1 to `count_max`.
  void RequireList(absl::string_view path, int count, int count_max, absl::string_view what);

  void Between(absl::string_view path, const google::protobuf::Duration& value, absl::Duration min,
               absl::Duration max);
  void Between(absl::string_view path, int value, int min, int max);

  // `path` may not be written at all; `why` is said with it.
  void Refuse(absl::string_view path, absl::string_view why);

 private:
  Findings& findings_;
};

// Names declared in one list, in the order of the file.
class Names {
 public:
  // `kind` is what one of them is called in messages ("realm").
  explicit Names(absl::string_view kind) : kind_(kind) {}

  // Declares `name`; finds it if it is already there. `path` is where it is written.
  void Declare(absl::string_view path, absl::string_view name, Checker& checker);
  // Finds `name`, written at `path`, if it is not declared. Not while an empty name is declared, or
  // none at all: that is another finding already, and `name` may be what is missing.
  void Refer(absl::string_view path, absl::string_view name, Checker& checker) const;

  bool contains(absl::string_view name) const { return paths_.contains(name); }

 private:
  std::string kind_;
  bool has_gap_ = false;
  std::vector<std::string> names_;
  absl::flat_hash_map<std::string, std::string> paths_;
};

}  // namespace realm

#endif  // REALMSHIFT_COMMON_CONFIG_CHECKER_H_
