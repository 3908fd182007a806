// Strict reading of JSON that others wrote: hook bodies, tokens and key sets.
//
// Refused besides what is no JSON at all: a member named twice (two readers would see two different
// values), bytes after the value, text that is not UTF-8, a byte order mark, and whatever exceeds
// the limits. Numbers keep their digits, so that an id above 2^53 survives.

#ifndef REALMSHIFT_COORDINATOR_EDGE_JSON_H_
#define REALMSHIFT_COORDINATOR_EDGE_JSON_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace realm::edge {

// One value. Thread safety: as a std::string.
class Json {
 public:
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };
  using Member = std::pair<std::string, Json>;

  Json() = default;
  Json(Kind kind, std::string text) : kind_(kind), text_(std::move(text)) {}

  Kind kind() const { return kind_; }
  bool is_string() const { return kind_ == Kind::kString; }
  bool is_object() const { return kind_ == Kind::kObject; }
  // A number without fraction and exponent, of any size.
  bool is_integer() const;

  // A string's characters, a number's digits as written, "true" or "false"; else empty.
  const std::string& text() const { return text_; }
  // An array's values in order; else empty.
  const std::vector<Json>& items() const { return items_; }
  // An object's members in order; else empty.
  const std::vector<Member>& members() const { return members_; }

  // The member `name`; null when there is none, or when this is no object.
  const Json* Find(absl::string_view name) const;

  // The member's text when it is a string; empty when it is not there or is something else.
  absl::string_view FindString(absl::string_view name) const;

 private:
  friend class JsonBuilder;

  Kind kind_ = Kind::kNull;
  std::string text_;
  std::vector<Json> items_;
  std::vector<Member> members_;
};

// Members of one object: the search for a name used twice looks at each of them.
inline constexpr size_t kJsonMembersMax = 1024;

struct JsonLimits {
  size_t bytes_max;
  // Arrays and objects inside one another; a plain value is at depth 0.
  int depth_max;
};

// InvalidArgument: what is wrong and at which byte. The message quotes nothing of `text`, which may
// be a token.
absl::StatusOr<Json> ParseJson(absl::string_view text, const JsonLimits& limits);

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_JSON_H_
