#include "tests/support/worker/memory_connector.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/digest.h"
#include "common/status_macros.h"

namespace realm::worker {
namespace {

using Records = MemoryStore::Records;
using Iterator = Records::const_iterator;

Iterator Begin(const Records& records, const KeyRange& range) {
  return records.upper_bound(range.after);
}

// A range that ends before it begins is empty, as in a real store.
Iterator End(const Records& records, const KeyRange& range) {
  if (!range.last.empty() && range.last < range.after) return Begin(records, range);
  return range.last.empty() ? records.end() : records.upper_bound(range.last);
}

// LENGTH:BYTES for the key and the value of each record.
std::string Encode(absl::string_view bytes) {
  return absl::StrCat(bytes.size(), ":", bytes);
}

absl::StatusOr<std::string> TakeOne(absl::string_view& records) {
  const size_t colon = records.find(':');
  uint64_t size = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(records.substr(0, colon), &size) ||
      size > records.size() - colon - 1) {
    return absl::InvalidArgumentError("not a page of this kind of store");
  }
  std::string bytes(records.substr(colon + 1, size));
  records.remove_prefix(colon + 1 + size);
  return bytes;
}

absl::StatusOr<Records> Decode(const Page& page) {
  Records records;
  absl::string_view rest = page.records;
  while (!rest.empty()) {
    ASSIGN_OR_RETURN(std::string key, TakeOne(rest));
    ASSIGN_OR_RETURN(std::string value, TakeOne(rest));
    records[std::move(key)] = std::move(value);
  }
  return records;
}

RangeDigest DigestRecords(const Records& records, const KeyRange& range, absl::string_view key,
                          int64_t record_limit) {
  KeyedDigest digest(key);
  RangeDigest result;
  result.range = range;
  for (Iterator it = Begin(records, range); it != End(records, range); ++it) {
    if (result.record_count > record_limit) break;
    digest.UpdateSized(it->first);
    digest.UpdateSized(it->second);
    ++result.record_count;
    result.byte_count += static_cast<int64_t>(it->first.size() + it->second.size());
  }
  result.digest = digest.Finish();
  return result;
}

bool Newer(uint64_t generation, uint64_t epoch, uint64_t than_generation, uint64_t than_epoch) {
  return std::make_pair(generation, epoch) > std::make_pair(than_generation, than_epoch);
}

}  // namespace

class MemoryConnector final : public Connector {
 public:
  MemoryConnector(std::shared_ptr<MemoryStore> store, std::string tenant)
      : store_(std::move(store)), tenant_(std::move(tenant)) {}

  const std::vector<std::string>& Tables() const override { return store_->options().tables; }

  absl::StatusOr<std::string> SchemaFingerprint() override {
    return Sha256(store_->options().schema);
  }

  absl::StatusOr<Estimate> EstimateTable(absl::string_view table) override {
    const Records records = Snapshot(table);
    Estimate estimate;
    estimate.record_count = static_cast<int64_t>(records.size());
    estimate.byte_count = DigestRecords(records, {}, "", kAll).byte_count;
    estimate.exact = true;
    return estimate;
  }

  // What a page or range holds is read when it is asked for, as of a live store.
  Page PageAfter(absl::string_view table, const KeyRange& range) {
    const Records records = Snapshot(table);
    Page page;
    for (Iterator it = Begin(records, range); it != End(records, range); ++it) {
      if (page.record_count == store_->options().page_records) break;
      absl::StrAppend(&page.records, Encode(it->first), Encode(it->second));
      page.last_key = it->first;
      ++page.record_count;
    }
    page.byte_count = static_cast<int64_t>(page.records.size());
    return page;
  }

  RangeDigest RangeAfter(absl::string_view table, const KeyRange& range, absl::string_view key) {
    const Records records = Snapshot(table);
    KeyRange first = {range.after, ""};
    int count = 0;
    for (Iterator it = Begin(records, range); it != End(records, range); ++it) {
      if (count++ == store_->options().range_records) break;
      first.last = it->first;
    }
    if (count == 0) return {};
    return DigestRecords(records, first, key, kAll);
  }

  absl::StatusOr<std::unique_ptr<Reader>> Read(absl::string_view table,
                                               const KeyRange& range) override;
  absl::StatusOr<std::unique_ptr<Digester>> Digest(absl::string_view table, const KeyRange& range,
                                                   absl::string_view key) override;

  absl::StatusOr<RangeDigest> DigestOf(absl::string_view table, const KeyRange& range,
                                       absl::string_view key, int64_t record_limit) override {
    return DigestRecords(Snapshot(table), range, key, record_limit);
  }

  absl::StatusOr<Control> GetControl() override { return store_->control(tenant_); }

  absl::Status RaiseFence(const Token& token) override {
    absl::MutexLock lock(&store_->mutex_);
    Token& fence = Tenant().control.fence;
    if (!Newer(token.generation, token.epoch, fence.generation, fence.epoch)) {
      return absl::AbortedError("a fence as new as this is recorded");
    }
    fence = token;
    return absl::OkStatus();
  }

  absl::Status SetAccess(uint64_t generation, uint64_t epoch, Access access) override {
    absl::MutexLock lock(&store_->mutex_);
    Control& control = Tenant().control;
    const bool equal = generation == control.access_generation && epoch == control.access_epoch;
    if (equal && access == control.access) return absl::OkStatus();
    if (!Newer(generation, epoch, control.access_generation, control.access_epoch)) {
      return absl::AbortedError("a newer access order is recorded");
    }
    control.access_generation = generation;
    control.access_epoch = epoch;
    control.access = access;
    return absl::OkStatus();
  }

  absl::Status Write(const Token& token, absl::string_view table, const Page& page,
                     absl::string_view cursor) override {
    ASSIGN_OR_RETURN(const Records records, Decode(page));
    absl::MutexLock lock(&store_->mutex_);
    RETURN_IF_ERROR(CheckFence(token));
    for (const auto& [key, value] : records)
      Table(table)[key] = value;
    store_->written_ += static_cast<int64_t>(records.size());
    Tenant().control.cursor = std::string(cursor);
    return absl::OkStatus();
  }

  absl::StatusOr<int64_t> Erase(const Token& token, absl::string_view table, const KeyRange& range,
                                int64_t record_limit, absl::string_view cursor) override {
    absl::MutexLock lock(&store_->mutex_);
    RETURN_IF_ERROR(CheckFence(token));
    Records& records = Table(table);
    const Iterator begin = Begin(records, range);
    const int64_t there = std::distance(begin, End(records, range));
    const int64_t count = std::min(record_limit, there);
    records.erase(begin, std::next(begin, count));
    store_->removed_ += count;
    Tenant().control.cursor = std::string(cursor);
    return count;
  }

  absl::Status EraseVerified(const Token& token, absl::string_view table,
                             const RangeDigest& expected, absl::string_view key,
                             absl::string_view cursor) override {
    absl::MutexLock lock(&store_->mutex_);
    RETURN_IF_ERROR(CheckFence(token));
    Records& records = Table(table);
    const RangeDigest found = DigestRecords(records, expected.range, key, kAll);
    if (found.record_count != expected.record_count || found.digest != expected.digest) {
      return absl::FailedPreconditionError("the range holds other records");
    }
    records.erase(Begin(records, expected.range), End(records, expected.range));
    store_->removed_ += found.record_count;
    Tenant().control.cursor = std::string(cursor);
    return absl::OkStatus();
  }

  absl::Status SaveCursor(const Token& token, absl::string_view cursor) override {
    absl::MutexLock lock(&store_->mutex_);
    RETURN_IF_ERROR(CheckFence(token));
    Tenant().control.cursor = std::string(cursor);
    return absl::OkStatus();
  }

  absl::Status Sync() override { return absl::OkStatus(); }

 private:
  static constexpr int64_t kAll = std::numeric_limits<int64_t>::max() - 1;

  Records Snapshot(absl::string_view table) const { return store_->records(tenant_, table); }
  MemoryStore::Tenant& Tenant() ABSL_EXCLUSIVE_LOCKS_REQUIRED(store_->mutex_) {
    return store_->tenants_[tenant_];
  }
  Records& Table(absl::string_view table) ABSL_EXCLUSIVE_LOCKS_REQUIRED(store_->mutex_) {
    return Tenant().tables[std::string(table)];
  }
  absl::Status CheckFence(const Token& token) ABSL_EXCLUSIVE_LOCKS_REQUIRED(store_->mutex_) {
    const Token& fence = Tenant().control.fence;
    if (fence.generation == token.generation && fence.epoch == token.epoch &&
        fence.nonce == token.nonce) {
      return absl::OkStatus();
    }
    return absl::AbortedError("fenced");
  }

  const std::shared_ptr<MemoryStore> store_;
  const std::string tenant_;
};

namespace {

class MemoryReader final : public Reader {
 public:
  MemoryReader(MemoryConnector& connector, absl::string_view table, KeyRange rest)
      : connector_(connector), table_(table), rest_(std::move(rest)) {}

  absl::StatusOr<Page> Next() override {
    Page page = connector_.PageAfter(table_, rest_);
    if (page.record_count > 0) rest_.after = page.last_key;
    return page;
  }

 private:
  MemoryConnector& connector_;
  const std::string table_;
  KeyRange rest_;
};

class MemoryDigester final : public Digester {
 public:
  MemoryDigester(MemoryConnector& connector, absl::string_view table, KeyRange rest,
                 absl::string_view key)
      : connector_(connector), table_(table), rest_(std::move(rest)), key_(key) {}

  absl::StatusOr<RangeDigest> Next() override {
    RangeDigest range = connector_.RangeAfter(table_, rest_, key_);
    if (range.record_count > 0) rest_.after = range.range.last;
    return range;
  }

 private:
  MemoryConnector& connector_;
  const std::string table_;
  KeyRange rest_;
  const std::string key_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Reader>> MemoryConnector::Read(absl::string_view table,
                                                              const KeyRange& range) {
  return std::make_unique<MemoryReader>(*this, table, range);
}

absl::StatusOr<std::unique_ptr<Digester>> MemoryConnector::Digest(absl::string_view table,
                                                                  const KeyRange& range,
                                                                  absl::string_view key) {
  return std::make_unique<MemoryDigester>(*this, table, range, key);
}

absl::StatusOr<std::unique_ptr<Connector>> MemoryDataset::Open(const TenantScope& scope) {
  return std::make_unique<MemoryConnector>(store_, scope.tenant_key);
}

absl::Status MemoryStore::Put(absl::string_view tenant, absl::string_view table,
                              absl::string_view key, absl::string_view value) {
  absl::MutexLock lock(&mutex_);
  Tenant& owner = tenants_[std::string(tenant)];
  if (owner.control.access == Access::kClosed) return absl::FailedPreconditionError("closed");
  owner.tables[std::string(table)][std::string(key)] = std::string(value);
  return absl::OkStatus();
}

absl::Status MemoryStore::Remove(absl::string_view tenant, absl::string_view table,
                                 absl::string_view key) {
  absl::MutexLock lock(&mutex_);
  Tenant& owner = tenants_[std::string(tenant)];
  if (owner.control.access == Access::kClosed) return absl::FailedPreconditionError("closed");
  owner.tables[std::string(table)].erase(std::string(key));
  return absl::OkStatus();
}

void MemoryStore::Smuggle(absl::string_view tenant, absl::string_view table, absl::string_view key,
                          absl::string_view value) {
  absl::MutexLock lock(&mutex_);
  tenants_[std::string(tenant)].tables[std::string(table)][std::string(key)] = std::string(value);
}

Records MemoryStore::records(absl::string_view tenant, absl::string_view table) const {
  absl::MutexLock lock(&mutex_);
  const auto owner = tenants_.find(std::string(tenant));
  if (owner == tenants_.end()) return {};
  const auto found = owner->second.tables.find(std::string(table));
  return found == owner->second.tables.end() ? Records() : found->second;
}

Control MemoryStore::control(absl::string_view tenant) const {
  absl::MutexLock lock(&mutex_);
  const auto owner = tenants_.find(std::string(tenant));
  return owner == tenants_.end() ? Control() : owner->second.control;
}

int64_t MemoryStore::written() const {
  absl::MutexLock lock(&mutex_);
  return written_;
}

int64_t MemoryStore::removed() const {
  absl::MutexLock lock(&mutex_);
  return removed_;
}

}  // namespace realm::worker
