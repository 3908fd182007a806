// The only file that sees nlohmann/json.

#include "coordinator/edge/json.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <nlohmann/json.hpp>

namespace realm::edge {

// Receives the parser's events and builds the value. The first problem stops the parser.
class JsonBuilder {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  explicit JsonBuilder(int depth_max) : depth_max_(depth_max) {}

  // NOLINTBEGIN(readability-identifier-naming): the parser calls them by these names.
  bool null() { return Add(Json()); }
  bool boolean(bool flag) { return Add(Json(Json::Kind::kBool, flag ? "true" : "false")); }
  bool number_integer(number_integer_t number) { return AddNumber(absl::StrCat(number)); }
  bool number_unsigned(number_unsigned_t number) { return AddNumber(absl::StrCat(number)); }
  bool number_float(number_float_t, const string_t& digits) { return AddNumber(digits); }
  bool string(string_t& text) { return Add(Json(Json::Kind::kString, std::move(text))); }
  bool binary(binary_t&) { return Fail("binary"); }
  bool start_object(size_t) { return Open(Json::Kind::kObject); }
  bool start_array(size_t) { return Open(Json::Kind::kArray); }
  bool end_object() { return Close(); }
  bool end_array() { return Close(); }
  bool key(string_t& name) {
    if (open_.back().Find(name) != nullptr) return Fail("a member is named twice");
    if (open_.back().members_.size() >= kJsonMembersMax) return Fail("too many members");
    open_.back().members_.emplace_back(std::move(name), Json());
    return true;
  }
  bool parse_error(size_t byte, const std::string&, const nlohmann::json::exception&) {
    return Fail(absl::StrCat("not JSON in UTF-8 at byte ", byte));
  }
  // NOLINTEND(readability-identifier-naming)

  const std::string& problem() const { return problem_; }
  Json Take() { return std::move(root_); }

 private:
  bool Fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }

  bool AddNumber(std::string digits) { return Add(Json(Json::Kind::kNumber, std::move(digits))); }

  bool Add(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().is_object()) {
      open_.back().members_.back().second = std::move(value);
    } else {
      open_.back().items_.push_back(std::move(value));
    }
    return true;
  }

  bool Open(Json::Kind kind) {
    if (static_cast<int>(open_.size()) >= depth_max_) {
      return Fail(absl::StrCat("nested deeper than ", depth_max_));
    }
    open_.emplace_back(kind, "");
    return true;
  }

  bool Close() {
    Json value = std::move(open_.back());
    open_.pop_back();
    return Add(std::move(value));
  }

  const int depth_max_;
  std::vector<Json> open_;
  Json root_;
  std::string problem_;
};

bool Json::is_integer() const {
  return kind_ == Kind::kNumber && text_.find_first_of(".eE") == std::string::npos;
}

const Json* Json::Find(absl::string_view name) const {
  for (const Member& member : members_) {
    if (member.first == name) return &member.second;
  }
  return nullptr;
}

absl::string_view Json::FindString(absl::string_view name) const {
  const Json* member = Find(name);
  if (member == nullptr || !member->is_string()) return {};
  return member->text();
}

absl::StatusOr<Json> ParseJson(absl::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return absl::InvalidArgumentError(absl::StrCat("larger than ", limits.bytes_max, " bytes"));
  }
  // The parser would skip the mark; a strict reader of the same bytes would not.
  if (absl::StartsWith(text, "\xef\xbb\xbf")) {
    return absl::InvalidArgumentError("begins with a byte order mark");
  }
  // The parser would take it for the end and not look at what follows.
  if (absl::StrContains(text, absl::string_view("\0", 1))) {
    return absl::InvalidArgumentError("not JSON: it has a NUL byte");
  }
  JsonBuilder builder(limits.depth_max);
  const bool parsed = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  if (!parsed) return absl::InvalidArgumentError(builder.problem());
  return builder.Take();
}

}  // namespace realm::edge
