#include "common/config/findings.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"

namespace realm {
namespace {

// "apps[0].base_url" lies in "apps[0]", that in "apps", and that in "".
absl::string_view Around(absl::string_view path) {
  const size_t end = path.find_last_of(".[");
  return end == absl::string_view::npos ? absl::string_view() : path.substr(0, end);
}

}  // namespace

void Findings::Place(absl::string_view path, Position position) {
  positions_.insert_or_assign(path, position);
}

Position Findings::PositionOf(absl::string_view path) const {
  while (true) {
    const auto found = positions_.find(path);
    if (found != positions_.end()) return found->second;
    if (path.empty()) return {1, 1};
    path = Around(path);
  }
}

bool Findings::IsBroken(absl::string_view path) const {
  while (!path.empty()) {
    if (broken_.contains(path)) return true;
    path = Around(path);
  }
  return false;
}

void Findings::Add(absl::string_view path, absl::string_view message) {
  if (IsBroken(path)) return;
  AddAt(PositionOf(path), path.empty() ? std::string(message) : absl::StrCat(path, " ", message));
}

void Findings::AddBroken(absl::string_view path, absl::string_view message) {
  Add(path, message);
  MarkBroken(path);
}

void Findings::AddAt(Position position, absl::string_view message) {
  if (IsFull()) {
    ++unshown_;
    return;
  }
  findings_.push_back({position, std::string(message)});
}

absl::Status Findings::ToStatus() const {
  if (findings_.empty()) return absl::OkStatus();
  std::vector<Finding> sorted = findings_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.position.line, a.position.column) <
           std::tie(b.position.line, b.position.column);
  });
  std::string lines;
  for (const Finding& finding : sorted) {
    absl::StrAppend(&lines, lines.empty() ? "" : "\n", file_name_, ":", finding.position.line, ":",
                    finding.position.column, ": ", finding.message);
  }
  if (unshown_ > 0) absl::StrAppend(&lines, "\n", file_name_, ": and ", unshown_, " more");
  return absl::InvalidArgumentError(lines);
}

}  // namespace realm
