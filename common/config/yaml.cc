#include "common/config/yaml.h"

#include <exception>
#include <memory>
#include <sstream>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/stubs/common.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/mark.h"
#include "yaml-cpp/parser.h"

namespace realm {
namespace {

// Our schema nests five levels; this is for the stack.
constexpr int kDepthMax = 16;

// Leaves yaml-cpp's parser through its own frames; never leaves this file.
struct Refusal : std::exception {
  Refusal(Position at, std::string why) : position(at), message(std::move(why)) {}
  const char* what() const noexcept override { return message.c_str(); }

  Position position;
  std::string message;
};

Position At(const YAML::Mark& mark) {
  return {mark.line + 1, mark.column + 1};
}

// Builds the tree from the parser's events. `open_` is the path from the root to the collection
// being read.
class TreeBuilder : public YAML::EventHandler {
 public:
  YamlNode Take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Add(Node(mark, YamlNode::Kind::kNull, "", anchor));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refusal(At(mark), "aliases (*name) are not read; write the value out");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const bool empty = tag == "?" && (value.empty() || value == "~" || value == "null");
    YamlNode node =
        Node(mark, empty ? YamlNode::Kind::kNull : YamlNode::Kind::kScalar, tag, anchor);
    node.scalar = value;
    node.quoted = tag == "!";
    Add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(Node(mark, YamlNode::Kind::kList, tag, anchor));
  }
  void OnSequenceEnd() override { Close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(Node(mark, YamlNode::Kind::kMapping, tag, anchor));
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Collection {
    YamlNode node;
    // The key whose value comes next.
    bool has_key = false;
    YamlEntry entry;
    // Line of each key so far.
    absl::flat_hash_map<std::string, int> lines;
  };

  static YamlNode Node(const YAML::Mark& mark, YamlNode::Kind kind, const std::string& tag,
                       YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) {
      throw Refusal(At(mark), "anchors (&name) are not read; write the value out where it is used");
    }
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw Refusal(At(mark), absl::StrCat("tags (", tag, ") are not read; leave it out"));
    }
    YamlNode node;
    node.kind = kind;
    node.position = At(mark);
    return node;
  }

  void Open(YamlNode node) {
    RefuseAsKey(node);
    if (open_.size() >= kDepthMax) {
      throw Refusal(node.position, absl::StrCat("more than ", kDepthMax, " levels deep"));
    }
    open_.push_back({std::move(node), false, {}, {}});
  }

  void Close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    Add(std::move(node));
  }

  void Add(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Collection& collection = open_.back();
    if (collection.node.kind == YamlNode::Kind::kList) {
      collection.node.items.push_back(std::move(node));
    } else if (!collection.has_key) {
      RefuseAsKey(node);
      StartEntry(node, collection);
    } else {
      collection.entry.value = std::move(node);
      collection.node.entries.push_back(std::move(collection.entry));
      collection.entry = {};
      collection.has_key = false;
    }
  }

  void RefuseAsKey(const YamlNode& node) {
    const bool is_key = !open_.empty() && open_.back().node.kind == YamlNode::Kind::kMapping &&
                        !open_.back().has_key;
    if (is_key && node.kind != YamlNode::Kind::kScalar) {
      throw Refusal(node.position, "a key must be a word; write \"key: value\"");
    }
  }

  static void StartEntry(const YamlNode& key, Collection& collection) {
    const auto [line, is_first] = collection.lines.emplace(key.scalar, key.position.line);
    if (!is_first) {
      throw Refusal(key.position, absl::StrCat("key \"", key.scalar, "\" is already in line ",
                                               line->second, "; keep one of the two"));
    }
    collection.entry.key = key.scalar;
    collection.entry.position = key.position;
    collection.has_key = true;
  }

  YamlNode root_;
  std::vector<Collection> open_;
};

// Whether the text is UTF-8 without the control characters that YAML does not allow.
bool IsText(absl::string_view text) {
  if (!google::protobuf::internal::IsStructurallyValidUTF8(text.data(),
                                                           static_cast<int>(text.size()))) {
    return false;
  }
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') return false;
  }
  return true;
}

// The first line with a tab before its first word, from 1; 0: there is none.
int LineIndentedByTab(absl::string_view text) {
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    const absl::string_view indent = line.substr(0, line.find_first_not_of(" \t"));
    if (absl::StrContains(indent, '\t')) return number;
  }
  return 0;
}

absl::Status Refused(absl::string_view name, const Position& position, absl::string_view message) {
  return absl::InvalidArgumentError(
      absl::StrCat(name, ":", position.line, ":", position.column, ": ", message));
}

YamlNode Parse(absl::string_view text) {
  std::istringstream stream{std::string(text)};
  YAML::Parser parser(stream);
  TreeBuilder builder;
  parser.HandleNextDocument(builder);
  TreeBuilder second;
  if (parser.HandleNextDocument(second)) {
    throw Refusal(second.Take().position, "a second document begins here; keep one in a file");
  }
  return builder.Take();
}

}  // namespace

absl::StatusOr<YamlNode> ParseYaml(absl::string_view text, absl::string_view name) {
  if (!IsText(text)) return Refused(name, {1, 1}, "this is not text; save the file as UTF-8");
  try {
    return Parse(text);
  } catch (const Refusal& refusal) {
    return Refused(name, refusal.position, refusal.message);
  } catch (const YAML::Exception& e) {
    // The library's own words for this would not let anybody guess.
    const int tab = LineIndentedByTab(text);
    if (tab > 0) return Refused(name, {tab, 1}, "a tab indents this line; indent with spaces");
    return Refused(name, At(e.mark), absl::StrCat("this is not YAML: ", e.msg));
  } catch (const std::exception& e) {
    return Refused(name, {1, 1}, absl::StrCat("this is not YAML: ", e.what()));
  }
}

}  // namespace realm
