#include "tests/sim/yaml_fields.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "common/config/duration.h"
#include "common/config/words.h"

namespace realm::sim {

std::string Below(absl::string_view path, absl::string_view key) {
  return path.empty() ? std::string(key) : absl::StrCat(path, ".", key);
}

Fields::Fields(const YamlNode& node, std::string path, Findings& findings)
    : node_(node), path_(std::move(path)), findings_(findings) {
  findings_.Place(path_, node.position);
  for (const YamlEntry& entry : node.entries)
    findings_.Place(Below(path_, entry.key), entry.position);
  if (node.kind != YamlNode::Kind::kMapping && node.kind != YamlNode::Kind::kNull) {
    findings_.AddBroken(path_, "must be a mapping, {key: value, ...}");
  }
}

const YamlNode* Fields::Take(absl::string_view key) {
  asked_.emplace_back(key);
  for (const YamlEntry& entry : node_.entries)
    if (entry.key == key) return &entry.value;
  return nullptr;
}

bool Fields::IsThere(absl::string_view key) const {
  return std::any_of(node_.entries.begin(), node_.entries.end(),
                     [key](const YamlEntry& entry) { return entry.key == key; });
}

void Fields::Add(absl::string_view key, absl::string_view message) {
  findings_.Add(Below(path_, key), message);
}

bool Fields::Scalar(absl::string_view key, absl::string_view example, std::string* out) {
  const YamlNode* node = Take(key);
  if (node == nullptr) return false;
  if (node->kind != YamlNode::Kind::kScalar || node->scalar.empty()) {
    Add(key, absl::StrCat("has no single value; write ", example));
    return false;
  }
  *out = node->scalar;
  return true;
}

bool Fields::Text(absl::string_view key, std::string* out) {
  return Scalar(key, "a word", out);
}

bool Fields::Flag(absl::string_view key, bool* out) {
  std::string text;
  if (!Scalar(key, "true or false", &text)) return false;
  if (text != "true" && text != "false") {
    Add(key, absl::StrCat("is ", Quoted(text), "; write true or false"));
    return false;
  }
  *out = text == "true";
  return true;
}

bool Fields::Count(absl::string_view key, int64_t min, int64_t max, int* out) {
  std::string text;
  const std::string right = absl::StrCat("a whole number from ", min, " to ", max);
  if (!Scalar(key, right, &text)) return false;
  int64_t value = 0;
  if (!absl::SimpleAtoi(text, &value) || value < min || value > max) {
    Add(key, absl::StrCat("is ", Quoted(text), "; write ", right));
    return false;
  }
  *out = static_cast<int>(value);
  return true;
}

bool Fields::Number(absl::string_view key, double min, double max, double* out) {
  std::string text;
  const std::string right = absl::StrCat("a number from ", min, " to ", max);
  if (!Scalar(key, right, &text)) return false;
  double value = 0;
  if (!absl::SimpleAtod(text, &value) || !(value >= min && value <= max)) {
    Add(key, absl::StrCat("is ", Quoted(text), "; write ", right));
    return false;
  }
  *out = value;
  return true;
}

bool Fields::Rate(absl::string_view key, double* out) {
  std::string text;
  if (!Scalar(key, "a share, \"1%\"", &text)) return false;
  absl::string_view number = text;
  const double unit = absl::ConsumeSuffix(&number, "%") ? 0.01 : 1;
  double value = 0;
  if (!absl::SimpleAtod(number, &value) || !(value >= 0 && value * unit <= 1)) {
    Add(key, absl::StrCat("is ", Quoted(text), "; write a share from 0% to 100%"));
    return false;
  }
  *out = value * unit;
  return true;
}

bool Fields::Duration(absl::string_view key, absl::Duration* out) {
  std::string text;
  if (!Scalar(key, "a duration, \"90m\"", &text)) return false;
  const absl::StatusOr<absl::Duration> value = ParseConfigDuration(text);
  if (!value.ok()) {
    Add(key, value.status().message());
    return false;
  }
  *out = *value;
  return true;
}

bool Fields::SignedDuration(absl::string_view key, absl::Duration* out) {
  std::string text;
  if (!Scalar(key, "a duration, \"-1h\"", &text)) return false;
  absl::string_view rest = text;
  const bool negative = absl::ConsumePrefix(&rest, "-");
  if (!negative) absl::ConsumePrefix(&rest, "+");
  const absl::StatusOr<absl::Duration> value = ParseConfigDuration(rest);
  if (!value.ok()) {
    Add(key, value.status().message());
    return false;
  }
  *out = negative ? -*value : *value;
  return true;
}

bool Fields::Texts(absl::string_view key, std::vector<std::string>* out) {
  const YamlNode* node = Take(key);
  if (node == nullptr) return false;
  std::vector<std::string> texts;
  for (const YamlNode& item : node->items) {
    if (item.kind == YamlNode::Kind::kScalar) texts.push_back(item.scalar);
  }
  if (node->kind != YamlNode::Kind::kList || texts.size() != node->items.size()) {
    Add(key, "must be a list of words, [one, two]");
    return false;
  }
  *out = std::move(texts);
  return true;
}

void Fields::Items(absl::string_view key,
                   const std::function<void(const YamlNode&, std::string)>& each) {
  const YamlNode* node = Take(key);
  if (node == nullptr) return;
  if (node->kind != YamlNode::Kind::kList) {
    findings_.AddBroken(Below(path_, key), "must be a list");
    return;
  }
  for (size_t i = 0; i < node->items.size(); ++i)
    each(node->items[i], absl::StrCat(Below(path_, key), "[", i, "]"));
}

void Fields::Entries(
    absl::string_view key,
    const std::function<void(const std::string&, const YamlNode&, std::string)>& each) {
  const YamlNode* node = Take(key);
  if (node == nullptr) return;
  if (node->kind != YamlNode::Kind::kMapping) {
    findings_.AddBroken(Below(path_, key), "must be a mapping, {name: value, ...}");
    return;
  }
  for (const YamlEntry& entry : node->entries) {
    const std::string path = Below(Below(path_, key), entry.key);
    findings_.Place(path, entry.position);
    each(entry.key, entry.value, path);
  }
}

void Fields::Finish() {
  for (const YamlEntry& entry : node_.entries) {
    if (std::find(asked_.begin(), asked_.end(), entry.key) != asked_.end()) continue;
    Add(entry.key, absl::StrCat("is not a key of this place; ", Suggestion(entry.key, asked_)));
  }
}

}  // namespace realm::sim
