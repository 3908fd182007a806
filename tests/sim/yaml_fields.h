// Reads the fields of one YAML mapping, and finds what is in it that nobody asked for.

#ifndef REALMSHIFT_TESTS_SIM_YAML_FIELDS_H_
#define REALMSHIFT_TESTS_SIM_YAML_FIELDS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/config/findings.h"
#include "common/config/yaml.h"

namespace realm::sim {

// "path.key", or "key" at the root.
std::string Below(absl::string_view path, absl::string_view key);

// What each reader below does when a key is there with a wrong value: one finding, and the field
// stays as it was. Returns whether it was set.
class Fields {
 public:
  // A `node` that is no mapping is a finding, and then there are no fields.
  Fields(const YamlNode& node, std::string path, Findings& findings);

  const std::string& path() const { return path_; }

  // nullptr: not there.
  const YamlNode* Take(absl::string_view key);
  bool IsThere(absl::string_view key) const;

  bool Text(absl::string_view key, std::string* out);
  bool Flag(absl::string_view key, bool* out);
  bool Count(absl::string_view key, int64_t min, int64_t max, int* out);
  bool Number(absl::string_view key, double min, double max, double* out);
  // "1%" or 0.01.
  bool Rate(absl::string_view key, double* out);
  bool Duration(absl::string_view key, absl::Duration* out);
  // And "-1h".
  bool SignedDuration(absl::string_view key, absl::Duration* out);
  bool Texts(absl::string_view key, std::vector<std::string>* out);

  // Calls `each(node, path)` for the items of a list...
  void Items(absl::string_view key, const std::function<void(const YamlNode&, std::string)>& each);
  // ...or `each(key, node, path)` for the entries of a mapping.
  void Entries(absl::string_view key,
               const std::function<void(const std::string&, const YamlNode&, std::string)>& each);

  void Add(absl::string_view key, absl::string_view message);

  // Finds every key that was not asked for. To be called last.
  void Finish();

 private:
  bool Scalar(absl::string_view key, absl::string_view example, std::string* out);

  const YamlNode& node_;
  const std::string path_;
  Findings& findings_;
  std::vector<std::string> asked_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_YAML_FIELDS_H_
