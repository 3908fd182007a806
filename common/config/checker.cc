#include "common/config/checker.h"

#include "absl/strings/str_cat.h"

#include "common/config/duration.h"
#include "common/config/words.h"

namespace realm {

std::string At(absl::string_view path, size_t index) {
  return absl::StrCat(path, "[", index, "]");
}

bool Checker::Require(absl::string_view path, absl::string_view value, absl::string_view example) {
  if (!value.empty()) return true;
  findings_.Add(path, absl::StrCat("is missing; write ", example));
  return false;
}

void Checker::Require(absl::string_view path, absl::string_view value, absl::string_view example,
                      Shape shape) {
  if (Require(path, value, example)) Optional(path, value, shape);
}

void Checker::Optional(absl::string_view path, absl::string_view value, Shape shape) {
  const std::string wrong = value.empty() ? "" : shape(value);
  if (!wrong.empty()) findings_.Add(path, wrong);
}

void Checker::RequireList(absl::string_view path, int count, int count_max,
                          absl::string_view what) {
  if (count == 0) findings_.Add(path, absl::StrCat("is missing; write at least one ", what));
  if (count > count_max) {
    findings_.Add(path, absl::StrCat("has ", count, " items; write at most ", count_max));
  }
}

void Checker::Between(absl::string_view path, const google::protobuf::Duration& value,
                      absl::Duration min, absl::Duration max) {
  const absl::Duration duration = FromProto(value);
  if (duration >= min && duration <= max) return;
  findings_.Add(path, absl::StrCat("is ", FormatConfigDuration(duration), "; write ",
                                   FormatConfigDuration(min), " to ", FormatConfigDuration(max)));
}

void Checker::Between(absl::string_view path, int value, int min, int max) {
  if (value >= min && value <= max) return;
  findings_.Add(path, absl::StrCat("is ", value, "; write ", min, " to ", max));
}

void Checker::Refuse(absl::string_view path, absl::string_view why) {
  if (findings_.IsWritten(path)) findings_.Add(path, why);
}

void Names::Declare(absl::string_view path, absl::string_view name, Checker& checker) {
  if (name.empty()) {
    has_gap_ = true;
    return;
  }
  const auto [first, is_first] = paths_.emplace(name, path);
  if (is_first) {
    names_.emplace_back(name);
  } else {
    checker.findings().Add(
        path, absl::StrCat("is ", Quoted(name), ", as is ", first->second, "; give each ", kind_,
                           " its own ", kind_ == "listener" ? "address" : "name"));
  }
}

void Names::Refer(absl::string_view path, absl::string_view name, Checker& checker) const {
  if (name.empty() || has_gap_ || names_.empty() || paths_.contains(name)) return;
  const std::string suggestion = checker.findings().IsFull() ? "" : Suggestion(name, names_);
  checker.findings().Add(
      path, absl::StrCat("is ", Quoted(name), ", not a declared ", kind_, "; ", suggestion));
}

}  // namespace realm
