// Opening: the rows are read, checked, and everything else follows from them.
#include <algorithm>
#include <functional>
#include <future>
#include <memory>
#include <utility>
#include <vector>

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

template <typename RowType>
using Decoder = absl::StatusOr<RowType> (*)(absl::string_view bytes);

template <typename RowType>
using Decoded = absl::StatusOr<std::shared_ptr<const RowType>>;

template <typename RowType>
std::vector<Decoded<RowType>> DecodeAll(const std::vector<Row>& rows, Decoder<RowType> decode) {
  std::vector<Decoded<RowType>> out;
  out.reserve(rows.size());
  for (const Row& row : rows) {
    if (!row.damaged.empty()) {
      out.emplace_back(absl::DataLossError(row.damaged));
      continue;
    }
    absl::StatusOr<RowType> decoded = decode(row.value);
    if (decoded.ok()) {
      out.emplace_back(std::make_shared<const RowType>(*std::move(decoded)));
    } else {
      out.emplace_back(decoded.status());
    }
  }
  return out;
}

// Rows, and what another thread makes of them meanwhile.
template <typename RowType>
struct Decoding {
  std::unique_ptr<const std::vector<Row>> rows;
  std::future<std::vector<Decoded<RowType>>> decoded;
};

// Another thread costs more than to decode so few.
constexpr size_t kFewRows = 200;

template <typename RowType>
Decoding<RowType> BeginDecoding(std::vector<Row> scanned, Decoder<RowType> decode) {
  Decoding<RowType> out;
  out.rows = std::make_unique<const std::vector<Row>>(std::move(scanned));
  const auto launch = out.rows->size() > kFewRows ? std::launch::async : std::launch::deferred;
  out.decoded =
      std::async(launch, [rows = out.rows.get(), decode] { return DecodeAll(*rows, decode); });
  return out;
}

// Calls `take` with every row under `prefix`, in order. Another thread decodes rows while this one
// takes those before them and reads those after.
template <typename RowType>
absl::Status LoadAll(const Store& store, absl::string_view prefix, Decoder<RowType> decode,
                     const std::function<void(const Row&, Decoded<RowType>)>& take) {
  Decoding<RowType> before;
  std::string after;
  for (bool more = true; more || before.rows != nullptr;) {
    Decoding<RowType> next;
    if (more) {
      ASSIGN_OR_RETURN(std::vector<Row> rows, store.Scan(prefix, after, kScanRows));
      more = rows.size() == kScanRows;
      if (more) after = rows.back().key;
      next = BeginDecoding(std::move(rows), decode);
    }
    if (before.rows != nullptr) {
      std::vector<Decoded<RowType>> decoded = before.decoded.get();
      for (size_t i = 0; i < decoded.size(); ++i)
        take((*before.rows)[i], std::move(decoded[i]));
    }
    before = std::move(next);
  }
  return absl::OkStatus();
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
      generation_(store->Info().generation),
      inbox_(kInboxMax),
      turned_at_(ReadClocks()),
      dispatch_(DispatchOptions{options.lease, options.frame_period, generation_, options.observer},
                turned_at_),
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
  RETURN_IF_ERROR(LoadMigrations());
  return TakeUpRestored();
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
  return LoadAll<Tenant>(*store_, kTenantPrefix, DecodeTenant,
                         [this](const Row& row, Decoded<Tenant> tenant) {
                           if (!tenant.ok()) return FreezeRow(&book_, row, tenant.status());
                           versions_[row.key] = row.version;
                           book_.Publish(*std::move(tenant));
                         });
}

absl::Status Engine::LoadInstallations() {
  return LoadAll<Installation>(*store_, kInstallationPrefix, DecodeInstallation,
                               [this](const Row& row, Decoded<Installation> installation) {
                                 if (!installation.ok()) {
                                   return FreezeRow(&book_, row, installation.status());
                                 }
                                 versions_[row.key] = row.version;
                                 book_.Publish(*std::move(installation));
                               });
}

absl::Status Engine::LoadMigrations() {
  const Moment now = ReadClocks();
  return LoadAll<Migration>(
      *store_, kMigrationPrefix, DecodeMigration,
      [this, now](const Row& row, Decoded<Migration> migration) {
        if (!migration.ok()) return FreezeRow(&book_, row, migration.status());
        const Migration& m = **migration;
        const TenantPtr tenant = book_.FindTenant(TenantKey{m.key.app, m.key.tenant});
        const absl::Status broken = FindBrokenInvariant(m, tenant.get());
        if (!broken.ok()) return FreezeRow(&book_, row, broken);
        versions_[row.key] = row.version;
        book_.Publish(*migration);
        if (!IsTerminal(m.state)) {
          if (!Seeded(SeededBug::kJobsForgottenAtStart)) Adopt(m, now);
          return;
        }
        NoteEnded(m, m.updated);
        TrimEnded();
      });
}

// Before anything else is done with them, and durable before anybody is told of them.
absl::Status Engine::TakeUpRestored() {
  if (Seeded(SeededBug::kRestoredRowsTrusted)) return absl::OkStatus();
  std::vector<Input> inputs;
  for (const MigrationKey& key : open_) {
    const MigrationPtr m = book_.FindMigration(key);
    // A row without a generation is of the first. A no-op has nothing to prove.
    if (m->no_op || std::max<uint64_t>(m->generation, 1) == generation_) continue;
    inputs.push_back(Input{RestoredInput{key, generation_}, "restore"});
  }
  if (inputs.empty()) return absl::OkStatus();
  Log(Level::kWarning, "restored: open migrations are verified again",
      {{"migrations", inputs.size()}, {"generation", generation_}});
  // Their order is that of a hash.
  std::sort(inputs.begin(), inputs.end(),
            [](const Input& a, const Input& b) { return KeyOf(a) < KeyOf(b); });
  absl::Status written;
  for (size_t from = 0; from < inputs.size() && written.ok(); from += kDrainMax) {
    const size_t count = std::min<size_t>(kDrainMax, inputs.size() - from);
    const Moment now = ReadClocks();
    Round round(&book_, chain_);
    StepAll({inputs.begin() + static_cast<ptrdiff_t>(from),
             inputs.begin() + static_cast<ptrdiff_t>(from + count)},
            now, &round);
    pending_.push_back([&written](const absl::Status& status) { written = status; });
    Commit(&round, now);
  }
  return written;
}

}  // namespace realm::coordinator
