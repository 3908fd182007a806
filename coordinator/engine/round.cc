#include "coordinator/engine/round.h"

#include <utility>

#include "coordinator/store/keys.h"
#include "coordinator/store/rows.h"

namespace realm::coordinator {
namespace {

uint64_t VersionOf(const StoredVersions& versions, const std::string& key) {
  const auto found = versions.find(key);
  return found == versions.end() ? 0 : found->second;
}

}  // namespace

MigrationPtr Round::FindMigration(const MigrationKey& key) const {
  const auto found = migrations_.find(key);
  return found == migrations_.end() ? book_->FindMigration(key) : found->second;
}

TenantPtr Round::FindTenant(const TenantKey& key) const {
  const auto found = tenants_.find(key);
  return found == tenants_.end() ? book_->FindTenant(key) : found->second;
}

InstallationPtr Round::FindInstallation(const TenantKey& key) const {
  const auto found = installations_.find(key);
  return found == installations_.end() ? book_->FindInstallation(key) : found->second;
}

void Round::Stage(Changes changes) {
  if (changes.tenant) Stage(*std::move(changes.tenant));
  if (changes.audit) Append(*std::move(changes.audit));
  if (changes.migration) {
    const MigrationKey key = changes.migration->key;
    migrations_[key] = std::make_shared<const Migration>(*std::move(changes.migration));
  }
}

void Round::Stage(Tenant tenant) {
  const TenantKey key = tenant.key;
  tenants_[key] = std::make_shared<const Tenant>(std::move(tenant));
}

void Round::Stage(Installation installation) {
  const TenantKey key = installation.key;
  installations_[key] = std::make_shared<const Installation>(std::move(installation));
}

void Round::Append(AuditRecord record) {
  record.sequence = ++chain_.sequence;
  record.hash = ChainHash(chain_.head, record);
  chain_.head = record.hash;
  audits_.push_back(std::move(record));
}

Batch Round::MakeBatch(const StoredVersions& versions, size_t* kept_rows) const {
  Batch out;
  out.writes.reserve(migrations_.size() + tenants_.size() + installations_.size() + 1);
  const auto add = [&](std::string key, std::string value) {
    const uint64_t version = VersionOf(versions, key);
    out.writes.push_back(Write{std::move(key), std::move(value), version});
  };
  for (const auto& [key, row] : migrations_)
    add(RowKey(key), EncodeRow(*row));
  for (const auto& [key, row] : tenants_)
    add(RowKey(key), EncodeRow(*row));
  for (const auto& [key, row] : installations_)
    add(InstallationRowKey(key), EncodeRow(*row));
  *kept_rows = out.writes.size();
  if (!audits_.empty()) {
    out.writes.push_back(
        Write{AuditRowKey(chain_.sequence), EncodeAuditBlock(previous_head_, audits_), 0});
  }
  out.audit_sequence = chain_.sequence;
  out.chain_head = chain_.head;
  return out;
}

}  // namespace realm::coordinator
