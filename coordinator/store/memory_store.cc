#include "coordinator/store/memory_store.h"

#include <utility>

#include "absl/strings/match.h"

#include "common/status_macros.h"
#include "common/strings.h"

namespace realm::coordinator {

MemoryStore::MemoryStore(std::shared_ptr<MemoryDisk> disk)
    : shared_disk_(std::move(disk)), disk_(shared_disk_.get()) {
  absl::MutexLock lock(&mutex_);
  ++disk_->head.incarnation;
}

StoreState MemoryStore::Info() const {
  absl::MutexLock lock(&mutex_);
  return InfoOf(disk_->head, "memory");
}

uint64_t MemoryStore::VersionOf(const std::string& key) const {
  const auto found = disk_->rows.find(key);
  return found == disk_->rows.end() ? 0 : found->second.version;
}

absl::Status MemoryStore::Apply(const Batch& batch) {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(CheckBatch(batch, disk_->head));
  for (const Write& write : batch.writes) {
    RETURN_IF_ERROR(CheckVersion(write, VersionOf(write.key)));
  }
  for (const Write& write : batch.writes) {
    if (write.value.has_value()) {
      disk_->rows[write.key] = {write.key, *write.value, write.expected_version + 1, ""};
    } else {
      disk_->rows.erase(write.key);
    }
  }
  disk_->head = HeadAfter(disk_->head, batch);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Row>> MemoryStore::Scan(absl::string_view prefix,
                                                   absl::string_view after, int limit) const {
  absl::MutexLock lock(&mutex_);
  std::vector<Row> rows;
  auto next = after < prefix ? disk_->rows.lower_bound(ToStr(prefix))
                             : disk_->rows.upper_bound(ToStr(after));
  for (; next != disk_->rows.end() && absl::StartsWith(next->first, prefix); ++next) {
    if (rows.size() >= static_cast<size_t>(limit)) break;
    rows.push_back(next->second);
  }
  return rows;
}

absl::StatusOr<std::optional<Row>> MemoryStore::Get(absl::string_view key) const {
  absl::MutexLock lock(&mutex_);
  const auto found = disk_->rows.find(ToStr(key));
  if (found == disk_->rows.end()) return std::optional<Row>();
  return std::optional<Row>(found->second);
}

}  // namespace realm::coordinator
