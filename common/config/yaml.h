// A YAML text as a tree that remembers where each value stands in its file.
//
// What is read is the plain part of YAML: one document of mappings, lists and scalars. Anchors,
// aliases, tags and a second document are refused, so a small file cannot stand for a large tree.

#ifndef REALMSHIFT_COMMON_CONFIG_YAML_H_
#define REALMSHIFT_COMMON_CONFIG_YAML_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace realm {

// Both count from 1; 0 is "unknown".
struct Position {
  int line = 0;
  int column = 0;
};

struct YamlEntry;

struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMapping };

  Kind kind = Kind::kNull;
  Position position;
  // kScalar: the text. `quoted` tells "true" from true.
  std::string scalar;
  bool quoted = false;
  // kList.
  std::vector<YamlNode> items;
  // kMapping, in the order of the file; keys are scalars, and no key is there twice.
  std::vector<YamlEntry> entries;
};

struct YamlEntry {
  std::string key;
  Position position;
  YamlNode value;
};

// INVALID_ARGUMENT, "NAME:LINE:COLUMN: what is wrong; what would be right", unless `text` is one
// YAML document in UTF-8, at most 16 levels deep. An empty text is a kNull node.
absl::StatusOr<YamlNode> ParseYaml(absl::string_view text, absl::string_view name);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_CONFIG_YAML_H_
