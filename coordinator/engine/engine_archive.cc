// Migrations that have ended: the latest are in memory, all are in the store.
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/status_macros.h"
#include "coordinator/engine/engine.h"
#include "coordinator/store/keys.h"
#include "coordinator/store/rows.h"

namespace realm::coordinator {
namespace {

constexpr int kArchivedRowsRead = 256;

absl::StatusOr<MigrationPtr> Decode(const Row& row) {
  if (!row.damaged.empty()) return absl::DataLossError(row.damaged);
  ASSIGN_OR_RETURN(Migration migration, DecodeMigration(row.value));
  return std::make_shared<const Migration>(std::move(migration));
}

}  // namespace

absl::StatusOr<MigrationPtr> Engine::ReadMigration(const MigrationKey& key) const {
  const std::string frozen = book_.WhyFrozen(TenantKey{key.app, key.tenant});
  if (!frozen.empty()) return absl::DataLossError(frozen);
  MigrationPtr found = book_.FindMigration(key);
  if (found != nullptr || key.migration.empty() || !archived_) return found;
  ASSIGN_OR_RETURN(const std::optional<Row> row, store_->Get(RowKey(key)));
  if (!row) return found;
  return Decode(*row);
}

absl::StatusOr<std::vector<MigrationPtr>> Engine::ListMigrations(
    const MigrationKey& after, int limit, const std::function<bool(const Migration&)>& wanted,
    bool open_only, MigrationKey* next) const {
  if (open_only || !archived_) return book_.ListMigrations(after, limit, wanted, next);
  std::vector<MigrationPtr> out;
  *next = MigrationKey();
  std::string from = after.app.empty() ? std::string() : RowKey(after);
  for (;;) {
    ASSIGN_OR_RETURN(const std::vector<Row> rows,
                     store_->Scan(kMigrationPrefix, from, kArchivedRowsRead));
    for (const Row& row : rows) {
      from = row.key;
      const absl::StatusOr<MigrationPtr> m = Decode(row);
      // A row that cannot be used is shown as frozen, and nowhere else.
      if (!m.ok() || !book_.WhyFrozen(TenantKey{(*m)->key.app, (*m)->key.tenant}).empty()) continue;
      if (!wanted(**m)) continue;
      if (static_cast<int>(out.size()) == limit) {
        *next = out.back()->key;
        return out;
      }
      out.push_back(*m);
    }
    if (rows.size() < kArchivedRowsRead) return out;
  }
}

// Takes a migration into memory that an input names and that is in the store alone.
absl::Status Engine::Recall(const MigrationKey& key, Moment now, const Round& round) {
  if (!archived_ || key.migration.empty() || round.FindMigration(key) != nullptr) {
    return absl::OkStatus();
  }
  const absl::StatusOr<std::optional<Row>> row = store_->Get(RowKey(key));
  if (!row.ok()) return absl::UnavailableError(row.status().message());
  if (!*row) return absl::OkStatus();
  absl::StatusOr<MigrationPtr> m = Decode(**row);
  if (!m.ok()) return absl::UnavailableError(m.status().message());
  versions_[(*row)->key] = (*row)->version;
  NoteEnded(**m, now.wall);
  book_.Restore(*std::move(m));
  return absl::OkStatus();
}

void Engine::NoteEnded(const Migration& migration, absl::Time needed) {
  ended_.Set(migration.key, needed);
}

void Engine::TrimEnded() {
  if (ended_.size() <= options_.ended_in_memory_max) return;
  const size_t surplus = ended_.size() - options_.ended_in_memory_max;
  archived_ = true;  // First, so that no reader misses a row in between.
  for (const MigrationKey& key : ended_.TakeDue(absl::InfiniteFuture(), surplus)) {
    book_.Forget(key);
    versions_.erase(RowKey(key));
  }
}

}  // namespace realm::coordinator
