#include "tests/sim/world/realm_store.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "common/digest.h"
#include "common/seeded_bug.h"
#include "common/status_macros.h"

namespace realm::sim {
namespace {

using worker::Access;
using worker::KeyRange;
using worker::Page;
using worker::RangeDigest;
using worker::Token;
using Records = RealmStore::Records;

constexpr int64_t kAll = std::numeric_limits<int64_t>::max() - 1;

Records::const_iterator Begin(const Records& records, const KeyRange& range) {
  return records.upper_bound(range.after);
}

Records::const_iterator End(const Records& records, const KeyRange& range) {
  return range.last.empty() ? records.end() : records.upper_bound(range.last);
}

void AppendSized(absl::string_view bytes, std::string* out) {
  absl::StrAppend(out, bytes.size(), ":", bytes);
}

absl::StatusOr<std::string> TakeSized(absl::string_view* rest) {
  const size_t colon = rest->find(':');
  uint64_t size = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(rest->substr(0, colon), &size) ||
      size > rest->size() - colon - 1) {
    return absl::InvalidArgumentError("not a page of this kind of store");
  }
  std::string bytes(rest->substr(colon + 1, size));
  rest->remove_prefix(colon + 1 + size);
  return bytes;
}

RangeDigest DigestOf(Records::const_iterator begin, Records::const_iterator end,
                     const std::string& key, int64_t most) {
  KeyedDigest digest(key);
  RangeDigest out;
  for (; begin != end && out.record_count < most; ++begin) {
    digest.UpdateSized(begin->first);
    digest.UpdateSized(begin->second);
    ++out.record_count;
    out.byte_count += static_cast<int64_t>(begin->first.size() + begin->second.size());
    out.range.last = begin->first;
  }
  out.digest = digest.Finish();
  return out;
}

const RealmStore::Tenant& Nobody() {
  static const auto* nobody = new RealmStore::Tenant();
  return *nobody;
}

}  // namespace

const RealmStore::Tenant* RealmStore::Find(const std::string& tenant) const {
  const auto found = tenants_.find(tenant);
  return found == tenants_.end() ? &Nobody() : &found->second;
}

absl::Status RealmStore::AppWrite(const std::string& tenant, const std::string& key,
                                  const std::optional<std::string>& value) {
  if (trouble_.down > 0 || trouble_.full > 0) return absl::UnavailableError("down");
  Tenant& owner = tenants_[tenant];
  if (owner.control.access == Access::kClosed) return absl::FailedPreconditionError("closed");
  if (value) {
    owner.records[key] = *value;
  } else {
    owner.records.erase(key);
  }
  ground_->Log(place_, dataset_, "/", tenant, value ? " put " : " removed ", key);
  watcher_->OnAppWrite(*this, tenant, key, value);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> RealmStore::AppRead(const std::string& tenant,
                                                               const std::string& key) const {
  if (trouble_.down > 0) return absl::UnavailableError("down");
  const Tenant& owner = *Find(tenant);
  if (owner.control.access == Access::kClosed) return absl::FailedPreconditionError("closed");
  const auto found = owner.records.find(key);
  if (found == owner.records.end()) return std::optional<std::string>();
  return std::optional<std::string>(found->second);
}

void RealmStore::Leave(const std::string& tenant, const std::string& key,
                       const std::string& value) {
  tenants_[tenant].records[key] = value;
  ground_->Log(place_, dataset_, "/", tenant, " has ", key, " left over");
  watcher_->OnLeftover(*this, tenant, key);
}

absl::StatusOr<worker::Control> RealmStore::GetControl(const std::string& tenant) const {
  return Find(tenant)->control;
}

absl::Status RealmStore::RaiseFence(const std::string& tenant, const Token& token) {
  Token& fence = tenants_[tenant].control.fence;
  const auto wanted = std::make_pair(token.generation, token.epoch);
  const auto recorded = std::make_pair(fence.generation, fence.epoch);
  if (wanted <= recorded && !(wanted == recorded && Seeded(SeededBug::kFenceNotStrict))) {
    ground_->Count("store/raise-refused");
    return absl::AbortedError("a newer execution holds the fence");
  }
  fence = token;
  ground_->Log(place_, dataset_, "/", tenant, " fence ", token.generation, ".", token.epoch, ".",
               token.nonce % 1000);
  return absl::OkStatus();
}

absl::Status RealmStore::SetAccess(const std::string& tenant, uint64_t generation, uint64_t epoch,
                                   Access access) {
  worker::Control& control = tenants_[tenant].control;
  const auto wanted = std::make_pair(generation, epoch);
  const auto recorded = std::make_pair(control.access_generation, control.access_epoch);
  if (wanted == recorded && access == control.access) return absl::OkStatus();
  if (wanted <= recorded && !Seeded(SeededBug::kAccessUnordered)) {
    ground_->Count("store/access-refused");
    return absl::AbortedError("a newer access order is recorded");
  }
  control.access_generation = generation;
  control.access_epoch = epoch;
  control.access = access;
  ground_->Log(place_, dataset_, "/", tenant, access == Access::kOpen ? " open " : " closed ",
               generation, ".", epoch);
  watcher_->OnAccess(*this, tenant);
  return absl::OkStatus();
}

absl::Status RealmStore::CheckFence(const Tenant& tenant, const Token& token) {
  const Token& fence = tenant.control.fence;
  if (Seeded(SeededBug::kFenceAtStartOnly)) return absl::OkStatus();
  if (fence.generation == token.generation && fence.epoch == token.epoch &&
      (fence.nonce == token.nonce || Seeded(SeededBug::kFenceNotStrict))) {
    return absl::OkStatus();
  }
  ground_->Count("store/fenced");
  ground_->Log(place_, dataset_, " fenced ", token.epoch, ", holder ", fence.epoch);
  return absl::AbortedError("fenced");
}

absl::Status RealmStore::Write(const std::string& tenant, const Token& token, const Page& page,
                               const std::string& cursor) {
  Tenant& owner = tenants_[tenant];
  RETURN_IF_ERROR(CheckFence(owner, token));
  if (trouble_.full > 0) return absl::UnavailableError("no room");
  Records records;
  absl::string_view rest = page.records;
  while (!rest.empty()) {
    ASSIGN_OR_RETURN(std::string key, TakeSized(&rest));
    ASSIGN_OR_RETURN(std::string value, TakeSized(&rest));
    if (!trouble_.poison.empty() && key == trouble_.poison) {
      ground_->CountFault("poison-row");
      return absl::InvalidArgumentError("a record is rejected");
    }
    if (!trouble_.garble.empty() && key == trouble_.garble) {
      ground_->CountFault("garble");
      value += "?";
      trouble_.garble.clear();
    }
    records[std::move(key)] = std::move(value);
  }
  for (auto& [key, value] : records) {
    owner.records[key] = value;
    watcher_->OnJobWrite(*this, tenant, key, value);
  }
  owner.control.cursor = cursor;
  ground_->Log(place_, dataset_, "/", tenant, " page of ", records.size(), " by ", token.epoch);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> RealmStore::Erase(const std::string& tenant, const Token& token,
                                          const KeyRange& range, int64_t limit,
                                          const std::string& cursor) {
  Tenant& owner = tenants_[tenant];
  RETURN_IF_ERROR(CheckFence(owner, token));
  int64_t count = 0;
  for (auto it = Begin(owner.records, range); it != End(owner.records, range) && count < limit;
       ++count) {
    const std::string key = it->first;
    it = owner.records.erase(it);
    watcher_->OnJobWrite(*this, tenant, key, std::nullopt);
  }
  owner.control.cursor = cursor;
  ground_->Log(place_, dataset_, "/", tenant, " erased ", count, " by ", token.epoch);
  return count;
}

absl::Status RealmStore::EraseVerified(const std::string& tenant, const Token& token,
                                       const RangeDigest& expected, const std::string& key,
                                       const std::string& cursor) {
  Tenant& owner = tenants_[tenant];
  RETURN_IF_ERROR(CheckFence(owner, token));
  const RangeDigest found = DigestRange(tenant, expected.range, key, kAll);
  if (found.record_count != expected.record_count || found.digest != expected.digest) {
    return absl::FailedPreconditionError("the range holds other records");
  }
  return Erase(tenant, token, expected.range, kAll, cursor).status();
}

absl::Status RealmStore::SaveCursor(const std::string& tenant, const Token& token,
                                    const std::string& cursor) {
  Tenant& owner = tenants_[tenant];
  RETURN_IF_ERROR(CheckFence(owner, token));
  owner.control.cursor = cursor;
  return absl::OkStatus();
}

Page RealmStore::ReadPage(const std::string& tenant, const KeyRange& range) const {
  const Records& records = Find(tenant)->records;
  Page page;
  for (auto it = Begin(records, range); it != End(records, range); ++it) {
    if (page.record_count == kPageRecords) break;
    AppendSized(it->first, &page.records);
    AppendSized(it->second, &page.records);
    page.last_key = it->first;
    ++page.record_count;
  }
  page.byte_count = static_cast<int64_t>(page.records.size());
  return page;
}

RangeDigest RealmStore::DigestRange(const std::string& tenant, const KeyRange& range,
                                    const std::string& key, int64_t record_limit) const {
  const Records& records = Find(tenant)->records;
  RangeDigest out =
      DigestOf(Begin(records, range), End(records, range), key, std::min(record_limit, kAll) + 1);
  out.range = range;
  return out;
}

RangeDigest RealmStore::NextRange(const std::string& tenant, const KeyRange& rest,
                                  const std::string& key) const {
  const Records& records = Find(tenant)->records;
  RangeDigest out = DigestOf(Begin(records, rest), End(records, rest), key, kRangeRecords);
  out.range.after = rest.after;
  return out;
}

worker::Estimate RealmStore::EstimateOf(const std::string& tenant) const {
  worker::Estimate out;
  for (const auto& [key, value] : Find(tenant)->records) {
    ++out.record_count;
    out.byte_count += static_cast<int64_t>(key.size() + value.size());
  }
  out.exact = true;
  return out;
}

}  // namespace realm::sim
