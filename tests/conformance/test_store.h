// What the conformance suite needs to know of a kind of store: how to make an
// empty one, and how the app itself reads and writes it.
#ifndef REALMSHIFT_TESTS_CONFORMANCE_TEST_STORE_H_
#define REALMSHIFT_TESTS_CONFORMANCE_TEST_STORE_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "worker/connector/connector.h"
#include "worker/connector/registry.h"

namespace realm::worker {

// One realm's store, new and empty, gone with this object. Every kind can hold
// records of bytes under keys of bytes; what else a kind can do has tests of its
// own beside this suite.
class TestStore {
 public:
  virtual ~TestStore() = default;

  virtual DatasetOptions Options() const = 0;

  // The app's own write path, which obeys access.
  virtual absl::Status Put(absl::string_view tenant, absl::string_view key,
                           absl::string_view value) = 0;
  virtual absl::Status Delete(absl::string_view tenant, absl::string_view key) = 0;
  // Lets go of what keeps other processes out, until the next call.
  virtual void Release() {}
  // Everything the app sees of the tenant.
  virtual std::map<std::string, std::string> Records(absl::string_view tenant) = 0;
};

// Each kind's maker of stores; `realm` is the realm it is configured for.
using TestStoreMaker = std::unique_ptr<TestStore> (*)(const RealmId& realm);
const std::map<std::string, TestStoreMaker>& TestStoreMakers();

std::unique_ptr<TestStore> MakePostgresTestStore(const RealmId& realm);
std::unique_ptr<TestStore> MakeRocksdbTestStore(const RealmId& realm);

// The options of a store of this kind but for the realm and the place.
DatasetOptions TestStoreOptions(const std::string& kind);

// The name of the one dataset that the suite uses.
DatasetName TestDatasetName();

}  // namespace realm::worker

#endif  // REALMSHIFT_TESTS_CONFORMANCE_TEST_STORE_H_
