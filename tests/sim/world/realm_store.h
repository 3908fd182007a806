// One dataset as one realm's store keeps it: real fences, cursors and access, in one transaction
// with each change, and somebody who watches every change.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_REALM_STORE_H_
#define REALMSHIFT_TESTS_SIM_WORLD_REALM_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/node_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "tests/sim/world/ground.h"
#include "worker/connector/connector.h"

namespace realm::sim {

class RealmStore;

// Sees what has become true in a store, at the moment of its commit.
class StoreWatcher {
 public:
  virtual ~StoreWatcher() = default;
  // The app's own write; no value: a removal.
  virtual void OnAppWrite(const RealmStore& store, const std::string& tenant,
                          const std::string& key, const std::optional<std::string>& value) = 0;
  // A job's: `value` is what is there now.
  virtual void OnJobWrite(const RealmStore& store, const std::string& tenant,
                          const std::string& key, const std::optional<std::string>& value) = 0;
  virtual void OnAccess(const RealmStore& store, const std::string& tenant) = 0;
  // A record that nobody in this run knows of.
  virtual void OnLeftover(const RealmStore& store, const std::string& tenant,
                          const std::string& key) = 0;
};

class RealmStore {
 public:
  using Records = absl::btree_map<std::string, std::string>;
  struct Tenant {
    Records records;
    worker::Control control;
  };
  // What it suffers from.
  struct Trouble {
    int down = 0;
    int full = 0;
    int errors = 0;       // Of a thousand calls.
    absl::Duration slow;  // At most this for a call.
    std::string poison;   // A key that writes of pages are refused for.
    std::string garble;   // A key whose value changes on its way, once.
  };
  static constexpr int64_t kPageRecords = 16;
  static constexpr int64_t kRangeRecords = 24;

  RealmStore(Ground* ground, StoreWatcher* watcher, std::string place, std::string dataset)
      : ground_(ground),
        watcher_(watcher),
        place_(std::move(place)),
        dataset_(std::move(dataset)) {}

  const std::string& place() const { return place_; }  // RealmSpec::store.
  const std::string& dataset() const { return dataset_; }
  Trouble& trouble() { return trouble_; }
  const Tenant* Find(const std::string& tenant) const;

  // The app's transactions. FAILED_PRECONDITION while its access is closed.
  absl::Status AppWrite(const std::string& tenant, const std::string& key,
                        const std::optional<std::string>& value);
  absl::StatusOr<std::optional<std::string>> AppRead(const std::string& tenant,
                                                     const std::string& key) const;
  // Before the run begins.
  void Preload(const std::string& tenant, const std::string& key, const std::string& value) {
    tenants_[tenant].records[key] = value;
  }

  // What was there before, of the tenant's earlier days or by somebody's mistake.
  void Leave(const std::string& tenant, const std::string& key, const std::string& value);

  // As in connector.h.
  absl::StatusOr<worker::Control> GetControl(const std::string& tenant) const;
  absl::Status RaiseFence(const std::string& tenant, const worker::Token& token);
  absl::Status SetAccess(const std::string& tenant, uint64_t generation, uint64_t epoch,
                         worker::Access access);
  absl::Status Write(const std::string& tenant, const worker::Token& token,
                     const worker::Page& page, const std::string& cursor);
  absl::StatusOr<int64_t> Erase(const std::string& tenant, const worker::Token& token,
                                const worker::KeyRange& range, int64_t limit,
                                const std::string& cursor);
  absl::Status EraseVerified(const std::string& tenant, const worker::Token& token,
                             const worker::RangeDigest& expected, const std::string& key,
                             const std::string& cursor);
  absl::Status SaveCursor(const std::string& tenant, const worker::Token& token,
                          const std::string& cursor);
  worker::Page ReadPage(const std::string& tenant, const worker::KeyRange& range) const;
  worker::RangeDigest DigestRange(const std::string& tenant, const worker::KeyRange& range,
                                  const std::string& key, int64_t record_limit) const;
  // As a Digester does: the next range, cut after kRangeRecords.
  worker::RangeDigest NextRange(const std::string& tenant, const worker::KeyRange& rest,
                                const std::string& key) const;
  worker::Estimate EstimateOf(const std::string& tenant) const;

 private:
  absl::Status CheckFence(const Tenant& tenant, const worker::Token& token);

  Ground* const ground_;
  StoreWatcher* const watcher_;
  const std::string place_;
  const std::string dataset_;
  Trouble trouble_;
  absl::node_hash_map<std::string, Tenant> tenants_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_REALM_STORE_H_
