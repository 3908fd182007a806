// What happened, line by line, and the digest of all of it.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_EVENT_LOG_H_
#define REALMSHIFT_TESTS_SIM_WORLD_EVENT_LOG_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "common/digest.h"

namespace realm::sim {

// Lines are gathered and fed to SHA-256 by blocks: h = SHA-256(h, block).
class EventLog {
 public:
  explicit EventLog(bool keep) : keep_(keep) {}

  template <typename... Parts>
  void Add(absl::Duration at, absl::string_view who, const Parts&... parts) {
    const size_t begin = block_.size();
    absl::StrAppend(&block_, absl::ToInt64Microseconds(at), " ", who, " ");
    absl::StrAppend(&block_, parts...);
    block_.push_back('\n');
    if (keep_) lines_.push_back(block_.substr(begin, block_.size() - begin - 1));
    if (block_.size() > kBlockBytes) Close();
  }

  // Of everything so far, in hexadecimal.
  std::string Digest() {
    Close();
    return ToHex(hash_);
  }
  std::vector<std::string> TakeLines() { return std::move(lines_); }

 private:
  static constexpr size_t kBlockBytes = 16384;

  void Close() {
    hash_ = Sha256(absl::StrCat(hash_, block_));
    block_.clear();
  }

  const bool keep_;
  std::string block_;
  std::string hash_;
  std::vector<std::string> lines_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_EVENT_LOG_H_
