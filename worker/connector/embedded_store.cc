#include "worker/connector/embedded_store.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "common/status_macros.h"
#include "worker/connector/control_row.h"
#include "worker/connector/key_value_page.h"

namespace realm::worker {
namespace {

constexpr int64_t kSeedBatchRecords = 1000;

absl::Status CheckTenant(absl::string_view tenant) {
  if (!tenant.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("the tenant key must not be empty");
}

absl::Status CheckOpen(RocksdbDatabase& database, absl::string_view tenant) {
  ASSIGN_OR_RETURN(const std::optional<std::string> bytes, database.GetControl(tenant));
  if (!bytes.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const ControlRow row, DecodeControlRow(*bytes));
  if (row.control.access == Access::kOpen) return absl::OkStatus();
  return absl::FailedPreconditionError("realm: tenant is sealed");
}

// Bytes that follow from the arguments: splitmix64 of a counter. They neither
// compress nor repeat, as real values rarely do.
std::string SeedValue(uint64_t stream, int64_t value_bytes) {
  std::string value;
  value.reserve(static_cast<size_t>(value_bytes) + sizeof(uint64_t));
  for (uint64_t i = 1; static_cast<int64_t>(value.size()) < value_bytes; ++i) {
    uint64_t word = stream + i * 0x9e3779b97f4a7c15;
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
    word = (word ^ word >> 27) * 0x94d049bb133111eb;
    word ^= word >> 31;
    value.append(reinterpret_cast<const char*>(&word), sizeof(word));
  }
  value.resize(static_cast<size_t>(value_bytes));
  return value;
}

uint64_t SeedStream(absl::string_view tenant, int64_t number, uint64_t seed) {
  uint64_t stream = seed * 0x100000001b3 + static_cast<uint64_t>(number);
  for (const char c : tenant)
    stream = (stream ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return stream;
}

}  // namespace

absl::StatusOr<std::unique_ptr<EmbeddedStore>> EmbeddedStore::Open(const std::string& path) {
  ASSIGN_OR_RETURN(std::shared_ptr<RocksdbDatabase> database, RocksdbDatabase::Open(path));
  return std::unique_ptr<EmbeddedStore>(new EmbeddedStore(std::move(database)));
}

absl::Status EmbeddedStore::Change(absl::string_view tenant,
                                   absl::FunctionRef<void(RocksdbDatabase::Batch&)> change) {
  RETURN_IF_ERROR(CheckTenant(tenant));
  const std::unique_ptr<RocksdbDatabase::Batch> batch = database_->NewBatch(tenant);
  change(*batch);
  // Shared with other app writes; an order to close waits for us, or we see it.
  const absl::ReaderMutexLock lock(&database_->TenantLock(tenant));
  RETURN_IF_ERROR(CheckOpen(*database_, tenant));
  return database_->Apply(*batch, RocksdbDatabase::Durability::kKeep);
}

absl::Status EmbeddedStore::Put(absl::string_view tenant, absl::string_view key,
                                absl::string_view value) {
  RETURN_IF_ERROR(CheckRecord(key, value));
  return Change(tenant, [key, value](RocksdbDatabase::Batch& batch) { batch.Put(key, value); });
}

absl::Status EmbeddedStore::Delete(absl::string_view tenant, absl::string_view key) {
  RETURN_IF_ERROR(CheckRecord(key, ""));
  return Change(tenant, [key](RocksdbDatabase::Batch& batch) { batch.Erase(key); });
}

absl::StatusOr<std::string> EmbeddedStore::Get(absl::string_view tenant, absl::string_view key) {
  RETURN_IF_ERROR(CheckTenant(tenant));
  ASSIGN_OR_RETURN(std::optional<std::string> value, database_->GetRecord(tenant, key));
  if (!value.has_value()) return absl::NotFoundError("there is no record with this key");
  return *std::move(value);
}

absl::Status EmbeddedStore::Scan(
    absl::string_view tenant,
    absl::FunctionRef<bool(absl::string_view key, absl::string_view value)> visit) {
  RETURN_IF_ERROR(CheckTenant(tenant));
  const size_t prefix_bytes = RocksdbDatabase::TenantPrefix(tenant).size();
  const std::unique_ptr<RocksdbDatabase::Scan> scan = database_->NewScan(tenant, KeyRange());
  for (; scan->Valid(); scan->Next()) {
    if (!visit(scan->stored_key().substr(prefix_bytes), scan->value())) return absl::OkStatus();
  }
  return scan->status();
}

absl::StatusOr<int64_t> EmbeddedStore::Count(absl::string_view tenant) {
  int64_t count = 0;
  RETURN_IF_ERROR(Scan(tenant, [&count](absl::string_view, absl::string_view) {
    ++count;
    return true;
  }));
  return count;
}

absl::Status EmbeddedStore::Seed(absl::string_view tenant, int64_t record_count,
                                 int64_t value_bytes, uint64_t seed) {
  for (int64_t first = 0; first < record_count; first += kSeedBatchRecords) {
    const int64_t end = std::min(record_count, first + kSeedBatchRecords);
    RETURN_IF_ERROR(Change(tenant, [=](RocksdbDatabase::Batch& batch) {
      for (int64_t number = first; number < end; ++number) {
        batch.Put(absl::StrFormat("record-%08d", number),
                  SeedValue(SeedStream(tenant, number, seed), value_bytes));
      }
    }));
  }
  return Sync();
}

absl::Status EmbeddedStore::Sync() {
  return database_->Sync();
}

}  // namespace realm::worker
