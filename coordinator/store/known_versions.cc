#include "coordinator/store/known_versions.h"

#include "common/strings.h"

namespace realm::coordinator {
namespace {

// Some 10 MiB at the keys' usual length.
constexpr size_t kRecentMax = 64 * 1024;

}  // namespace

std::optional<uint64_t> KnownVersions::Find(absl::string_view key) {
  if (key.empty()) return std::nullopt;
  if (key > Greatest(key[0])) return 0;
  const auto found = recent_.find(key);
  if (found == recent_.end()) return std::nullopt;
  return found->second;
}

void KnownVersions::Note(absl::string_view key, uint64_t version) {
  std::string& greatest = Greatest(key[0]);
  const bool is_last = key > greatest;
  if (is_last) greatest = ToStr(key);
  // Whoever writes in order does not come back.
  if (is_last && version == 1) return;
  if (recent_.size() >= kRecentMax) recent_.clear();
  recent_[key] = version;
}

std::string& KnownVersions::Greatest(char first) {
  std::optional<std::string>& known = greatest_[static_cast<unsigned char>(first)];
  if (!known) known = look_up_greatest_(first);
  return *known;
}

}  // namespace realm::coordinator
