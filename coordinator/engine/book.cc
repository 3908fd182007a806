#include "coordinator/engine/book.h"

#include <utility>

namespace realm::coordinator {
namespace {

template <typename Map, typename Key>
auto Find(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? typename Map::mapped_type() : found->second;
}

template <typename Map>
auto Values(const Map& map) {
  std::vector<typename Map::mapped_type> out;
  out.reserve(map.size());
  for (const auto& [key, row] : map)
    out.push_back(row);
  return out;
}

}  // namespace

MigrationPtr Book::FindMigration(const MigrationKey& key) const {
  absl::ReaderMutexLock lock(&mutex_);
  return Find(migrations_, key);
}

TenantPtr Book::FindTenant(const TenantKey& key) const {
  absl::ReaderMutexLock lock(&mutex_);
  return Find(tenants_, key);
}

InstallationPtr Book::FindInstallation(const TenantKey& key) const {
  absl::ReaderMutexLock lock(&mutex_);
  return Find(installations_, key);
}

std::vector<MigrationPtr> Book::ListMigrations(const MigrationKey& after, int limit,
                                               const std::function<bool(const Migration&)>& wanted,
                                               MigrationKey* next) const {
  std::vector<MigrationPtr> out;
  *next = MigrationKey();
  absl::ReaderMutexLock lock(&mutex_);
  for (auto it = migrations_.upper_bound(after); it != migrations_.end(); ++it) {
    if (!wanted(*it->second)) continue;
    if (static_cast<int>(out.size()) == limit) {
      *next = out.back()->key;
      break;
    }
    out.push_back(it->second);
  }
  return out;
}

std::vector<MigrationPtr> Book::AllMigrations() const {
  absl::ReaderMutexLock lock(&mutex_);
  return Values(migrations_);
}

std::vector<TenantPtr> Book::AllTenants() const {
  absl::ReaderMutexLock lock(&mutex_);
  return Values(tenants_);
}

std::vector<InstallationPtr> Book::AllInstallations() const {
  absl::ReaderMutexLock lock(&mutex_);
  return Values(installations_);
}

std::vector<FrozenRow> Book::Frozen() const {
  absl::ReaderMutexLock lock(&mutex_);
  std::vector<FrozenRow> out;
  for (const auto& [owner, row] : frozen_)
    out.push_back(row);
  return out;
}

std::string Book::WhyFrozen(const TenantKey& key) const {
  absl::ReaderMutexLock lock(&mutex_);
  for (const auto& [owner, row] : frozen_) {
    if (owner == key) return row.why;
  }
  return "";
}

uint64_t Book::revision() const {
  absl::ReaderMutexLock lock(&mutex_);
  return revision_;
}

void Book::Publish(MigrationPtr row) {
  Change<Migration> change{row, 0};
  {
    absl::MutexLock lock(&mutex_);
    change.revision = ++revision_;
    migrations_[row->key] = std::move(row);
  }
  migrations_feed_.Publish(change);
}

void Book::Restore(MigrationPtr row) {
  absl::MutexLock lock(&mutex_);
  migrations_[row->key] = std::move(row);
}

void Book::Forget(const MigrationKey& key) {
  absl::MutexLock lock(&mutex_);
  migrations_.erase(key);
}

void Book::Publish(TenantPtr row) {
  Change<Tenant> change{row, 0};
  {
    absl::MutexLock lock(&mutex_);
    change.revision = ++revision_;
    tenants_[row->key] = std::move(row);
  }
  tenants_feed_.Publish(change);
}

void Book::Publish(InstallationPtr row) {
  Change<Installation> change{row, 0};
  {
    absl::MutexLock lock(&mutex_);
    change.revision = ++revision_;
    installations_[row->key] = std::move(row);
  }
  installations_feed_.Publish(change);
}

void Book::Freeze(const TenantKey& owner, FrozenRow row) {
  absl::MutexLock lock(&mutex_);
  frozen_.emplace_back(owner, std::move(row));
}

}  // namespace realm::coordinator
