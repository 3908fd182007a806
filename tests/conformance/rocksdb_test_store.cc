#include <filesystem>
#include <memory>

#include "common/check.h"
#include "tests/conformance/test_store.h"
#include "tests/support/temp_folder.h"
#include "worker/connector/embedded_store.h"

namespace realm::worker {
namespace {

class RocksdbTestStore : public TestStore {
 public:
  explicit RocksdbTestStore(const RealmId& realm) : realm_(realm) {}

  DatasetOptions Options() const override {
    DatasetOptions options = TestStoreOptions("rocksdb");
    options.realm = realm_;
    options.path = folder_.path() + "/db";
    return options;
  }

  absl::Status Put(absl::string_view tenant, absl::string_view key,
                   absl::string_view value) override {
    return Open()->Put(tenant, key, value);
  }

  absl::Status Delete(absl::string_view tenant, absl::string_view key) override {
    return Open()->Delete(tenant, key);
  }

  void Release() override { app_.reset(); }

  std::map<std::string, std::string> Records(absl::string_view tenant) override {
    std::map<std::string, std::string> records;
    const auto keep = [&records](absl::string_view key, absl::string_view value) {
      records.emplace(key, value);
      return true;
    };
    REALM_CHECK_OK(Open()->Scan(tenant, keep));
    return records;
  }

 private:
  EmbeddedStore* Open() {
    if (app_ != nullptr) return app_.get();
    auto opened = EmbeddedStore::Open(Options().path);
    REALM_CHECK_OK(opened.status());
    app_ = *std::move(opened);
    return app_.get();
  }

  const RealmId realm_;
  const TempFolder folder_;
  std::unique_ptr<EmbeddedStore> app_;
};

}  // namespace

std::unique_ptr<TestStore> MakeRocksdbTestStore(const RealmId& realm) {
  return std::make_unique<RocksdbTestStore>(realm);
}

}  // namespace realm::worker
