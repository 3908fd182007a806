// What is wrong with a configuration file, each with the place where it stands.

#ifndef REALMSHIFT_COMMON_CONFIG_FINDINGS_H_
#define REALMSHIFT_COMMON_CONFIG_FINDINGS_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "common/config/yaml.h"

namespace realm {

// Collects findings by path. A path names a value in the schema's words, "apps[0].base_url"; the
// root is "". Not thread-safe.
class Findings {
 public:
  // More are counted but not shown.
  static constexpr int kShownMax = 20;

  explicit Findings(absl::string_view file_name) : file_name_(file_name) {}

  // Remembers where `path` was written.
  void Place(absl::string_view path, Position position);
  // Whether the file says anything at `path`.
  bool IsWritten(absl::string_view path) const { return positions_.contains(path); }

  // One finding about `path`: what is wrong; what would be right. It stands where the path does,
  // or where the nearest written part around it does. Dropped if the path or what it lies in is
  // known to be broken: one mistake is reported once.
  void Add(absl::string_view path, absl::string_view message);
  // The same, and `path` is broken from here on.
  void AddBroken(absl::string_view path, absl::string_view message);
  // Marks `path` as broken without a finding of its own.
  void MarkBroken(absl::string_view path) { broken_.emplace(path); }
  // Whether `path`, or what it lies in, is known to be broken.
  bool IsBroken(absl::string_view path) const;
  // At a position that is no path's.
  void AddAt(Position position, absl::string_view message);

  // Enough to report: what is costly to explain need not be explained any more.
  bool IsFull() const { return findings_.size() >= kShownMax; }

  // OK, or one INVALID_ARGUMENT with a line "FILE:LINE:COLUMN: message" for each, by place.
  absl::Status ToStatus() const;

 private:
  struct Finding {
    Position position;
    std::string message;
  };

  Position PositionOf(absl::string_view path) const;

  std::string file_name_;
  absl::flat_hash_map<std::string, Position> positions_;
  absl::flat_hash_set<std::string> broken_;
  std::vector<Finding> findings_;
  size_t unshown_ = 0;
};

}  // namespace realm

#endif  // REALMSHIFT_COMMON_CONFIG_FINDINGS_H_
