// Opening: the rows are read, checked, and everything else follows from them.
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/limits.h"
#include "common/log.h"
#include "common/seeded_bug.h"
#include "common/status_macros.h"
#include "coordinator/core/invariants.h"
#include "coordinator/engine/engine.h"
#include "coordinator/store/keys.h"
#include "coordinator/store/rows.h"

namespace realm::coordinator {
namespace {

constexpr int kScanRows = 1000;
// Blocks of audit records: each has some dozens when there is much to do.
constexpr int kScanBlocks = 64;

// Calls `visit` with every row under `prefix`.
absl::Status ScanAll(const Store& store, absl::string_view prefix,
                     const std::function<void(const Row&)>& visit) {
  std::string after;
  for (;;) {
    ASSIGN_OR_RETURN(const std::vector<Row> rows, store.Scan(prefix, after, kScanRows));
    for (const Row& row : rows)
      visit(row);
    if (rows.size() < kScanRows) return absl::OkStatus();
    after = rows.back().key;
  }
}

absl::Status WhyUnusable(const Row& row) {
  return row.damaged.empty() ? absl::OkStatus() : absl::DataLossError(row.damaged);
}

// Parts of a store key, undoing keys.cc; fewer when it is not of that form.
std::vector<std::string> PartsOf(absl::string_view key) {
  std::vector<std::string> out;
  std::string part;
  for (size_t i = 2; i + 1 < key.size(); ++i) {
    if (key[i] != '\0') {
      part.push_back(key[i]);
      continue;
    }
    ++i;
    if (key[i] == '\x01') {
      out.push_back(std::move(part));
      part.clear();
    } else {
      part.push_back('\0');
    }
  }
  return out;
}

TenantKey OwnerOfRow(const Row& row) {
  const std::vector<std::string> parts = PartsOf(row.key);
  if (parts.size() < 2) return TenantKey{};
  return TenantKey{AppId(parts[0]), TenantId(parts[1])};
}

void FreezeRow(Book* book, const Row& row, const absl::Status& why) {
  Log(Level::kError, "row frozen", {{"why", why.message()}});
  book->Freeze(OwnerOfRow(row), FrozenRow{row.key, std::string(why.message())});
}

}  // namespace

Engine::Engine(Store* store, Policy policy, Clock* clock, EngineOptions options)
    : store_(store),
      policy_(std::move(policy)),
      clock_(clock),
      options_(options),
      inbox_(kInboxMax),
      dispatch_(DispatchOptions{options.lease, options.frame_period, store->Info().generation},
                Moment{clock->Now(), clock->Monotonic()}),
      fleet_(std::make_shared<const Fleet>()) {}

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(Store* store, Policy policy, Clock* clock,
                                                     EngineOptions options) {
  std::unique_ptr<Engine> engine(new Engine(store, std::move(policy), clock, options));
  RETURN_IF_ERROR(engine->Load());
  return engine;
}

absl::Status Engine::Load() {
  const StoreState info = store_->Info();
  chain_ =
      ChainEnd{info.audit_sequence, info.chain_head.empty() ? FirstChainHead() : info.chain_head};
  RETURN_IF_ERROR(CheckChain());
  RETURN_IF_ERROR(LoadTenants());
  RETURN_IF_ERROR(LoadInstallations());
  return LoadMigrations();
}

// The newest audit record must be the one that the store's own mark names.
absl::Status Engine::CheckChain() const {
  if (chain_.sequence == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<Row> row, store_->Get(AuditRowKey(chain_.sequence)));
  if (!row || !row->damaged.empty()) {
    return absl::DataLossError(absl::StrCat("audit record ", chain_.sequence, " is missing"));
  }
  ASSIGN_OR_RETURN(const AuditBlock block, DecodeAuditBlock(row->value));
  if (block.records.back().hash != chain_.head) {
    return absl::DataLossError("the audit trail's end differs from the store's mark");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<AuditRecord>> Engine::ListAudit(uint64_t after, int limit) const {
  // A block has the number of its last record.
  std::string from = after == 0 ? std::string() : AuditRowKey(after);
  std::vector<AuditRecord> out;
  for (;;) {
    ASSIGN_OR_RETURN(const std::vector<Row> rows, store_->Scan(kAuditPrefix, from, kScanBlocks));
    for (const Row& row : rows) {
      if (!row.damaged.empty()) return absl::DataLossError(row.damaged);
      ASSIGN_OR_RETURN(AuditBlock block, DecodeAuditBlock(row.value));
      for (AuditRecord& record : block.records) {
        if (record.sequence <= after) continue;
        out.push_back(std::move(record));
        if (static_cast<int>(out.size()) == limit) return out;
      }
    }
    if (rows.size() < kScanBlocks) return out;
    from = rows.back().key;
  }
}

absl::Status Engine::LoadTenants() {
  return ScanAll(*store_, kTenantPrefix, [this](const Row& row) {
    if (!row.damaged.empty()) return FreezeRow(&book_, row, WhyUnusable(row));
    absl::StatusOr<Tenant> tenant = DecodeTenant(row.value);
    if (!tenant.ok()) return FreezeRow(&book_, row, tenant.status());
    versions_[row.key] = row.version;
    book_.Publish(std::make_shared<const Tenant>(*std::move(tenant)));
  });
}

absl::Status Engine::LoadInstallations() {
  return ScanAll(*store_, kInstallationPrefix, [this](const Row& row) {
    if (!row.damaged.empty()) return FreezeRow(&book_, row, WhyUnusable(row));
    absl::StatusOr<Installation> installation = DecodeInstallation(row.value);
    if (!installation.ok()) return FreezeRow(&book_, row, installation.status());
    versions_[row.key] = row.version;
    book_.Publish(std::make_shared<const Installation>(*std::move(installation)));
  });
}

absl::Status Engine::LoadMigrations() {
  const Moment now = ReadClocks();
  return ScanAll(*store_, kMigrationPrefix, [this, now](const Row& row) {
    if (!row.damaged.empty()) return FreezeRow(&book_, row, WhyUnusable(row));
    absl::StatusOr<Migration> migration = DecodeMigration(row.value);
    if (!migration.ok()) return FreezeRow(&book_, row, migration.status());
    const TenantPtr tenant = book_.FindTenant(TenantKey{migration->key.app, migration->key.tenant});
    const absl::Status broken = FindBrokenInvariant(*migration, tenant.get());
    if (!broken.ok()) return FreezeRow(&book_, row, broken);
    versions_[row.key] = row.version;
    const auto shared = std::make_shared<const Migration>(*std::move(migration));
    book_.Publish(shared);
    if (!IsTerminal(shared->state) && !Seeded(SeededBug::kJobsForgottenAtStart)) {
      Adopt(*shared, now);
    }
  });
}

}  // namespace realm::coordinator
