// The app's stores of both realms: filled and read by the app's own means, beside the programs that
// move the data.

#ifndef REALMSHIFT_TESTS_E2E_TENANT_STORES_H_
#define REALMSHIFT_TESTS_E2E_TENANT_STORES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "coordinator/ctl/local_files.h"
#include "realm/config/v1/config.pb.h"
#include "tests/support/postgres_server.h"

namespace realm::e2e {

enum class StoreKind { kRocksdb, kPostgres };

// Of one tenant, in the larger dataset: two ranges of 4096 records, and several pages of 256 KiB.
inline constexpr int kManyRecords = 4500;

// All that one realm holds of a tenant, in both datasets.
struct Holdings {
  int64_t records = 0;
  // Equal contents have equal digests.
  std::string digest;
};
inline bool operator==(const Holdings& a, const Holdings& b) {
  return a.records == b.records && a.digest == b.digest;
}

// Aborts the test on any error. Thread safety: one thread at a time.
class TenantStores {
 public:
  virtual ~TenantStores() = default;

  // What the workers of `realm` configure: the datasets "core" and "history".
  virtual std::vector<config::v1::WorkerDataset> DatasetsOf(absl::string_view realm) = 0;

  // Whether a store has one process at a time: then the realm's workers must not run during the
  // other calls, and there can be one only.
  virtual bool IsEmbedded() const = 0;

  // Gives the tenant so many records in the larger dataset, and fewer in the other.
  virtual void Seed(absl::string_view realm, absl::string_view tenant, int records) = 0;

  // Deletes one of them, in the larger dataset.
  virtual void DeleteOne(absl::string_view realm, absl::string_view tenant) = 0;

  virtual Holdings Read(absl::string_view realm, absl::string_view tenant) = 0;

  // How often a record was written in `realm` so far, by anybody, and also in transactions that
  // were not committed if the store keeps count of those. Control rows may be among them.
  virtual int64_t CountWrites(absl::string_view realm) = 0;

  // How the app connects to `realm`'s database; empty for an embedded store.
  virtual std::string ConnectionString(absl::string_view realm) = 0;
};

// The realm's cluster, started at the first call.
PostgresServer& PostgresClusterOf(absl::string_view realm);

// `files` are those of the system that it is for; the clusters of postgres are this process's own
// and shared by all, each in a database of its own.
std::unique_ptr<TenantStores> MakeTenantStores(StoreKind kind, const ctl::LocalFiles& files);

}  // namespace realm::e2e

#endif  // REALMSHIFT_TESTS_E2E_TENANT_STORES_H_
