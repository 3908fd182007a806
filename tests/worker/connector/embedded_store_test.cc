#include "worker/connector/embedded_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "common/check.h"
#include "tests/support/temp_folder.h"
#include "worker/connector/registry.h"

namespace realm::worker {
namespace {

class EmbeddedStoreTest : public testing::Test {
 protected:
  std::unique_ptr<EmbeddedStore> OpenStore() {
    auto store = EmbeddedStore::Open(folder_.path());
    REALM_CHECK_OK(store.status());
    return *std::move(store);
  }

  std::unique_ptr<Connector> OpenConnector(absl::string_view tenant) {
    DatasetOptions options;
    options.name = DatasetName("records");
    options.kind = "rocksdb";
    options.realm = RealmId("EU");
    options.path = folder_.path();
    if (dataset_ == nullptr) dataset_ = *MakeDataset(options);
    auto connector = dataset_->Open({AppId("app"), TenantId(tenant), std::string(tenant)});
    REALM_CHECK_OK(connector.status());
    return *std::move(connector);
  }

  const TempFolder folder_;
  std::unique_ptr<Dataset> dataset_;
};

TEST_F(EmbeddedStoreTest, KeepsWhatWasPutOverAReopening) {
  ASSERT_TRUE(OpenStore()->Put("acme", "key", "value").ok());
  const auto store = OpenStore();
  EXPECT_EQ(*store->Get("acme", "key"), "value");
  EXPECT_TRUE(absl::IsNotFound(store->Get("acme", "other").status()));
  EXPECT_TRUE(absl::IsNotFound(store->Get("other", "key").status()));
  ASSERT_TRUE(store->Delete("acme", "key").ok());
  EXPECT_TRUE(absl::IsNotFound(store->Get("acme", "key").status()));
}

TEST_F(EmbeddedStoreTest, RefusesRecordsThatNoTenantOrKeyNames) {
  const auto store = OpenStore();
  EXPECT_TRUE(absl::IsInvalidArgument(store->Put("", "key", "value")));
  EXPECT_TRUE(absl::IsInvalidArgument(store->Put("acme", "", "value")));
  EXPECT_TRUE(absl::IsInvalidArgument(store->Count("").status()));
}

TEST_F(EmbeddedStoreTest, SeedMakesTheSameRecordsEachTime) {
  const auto store = OpenStore();
  ASSERT_TRUE(store->Seed("acme", 2500, 50, 7).ok());
  const std::string value = *store->Get("acme", "record-00002499");
  EXPECT_EQ(value.size(), 50U);
  EXPECT_EQ(*store->Count("acme"), 2500);
  ASSERT_TRUE(store->Seed("acme", 2500, 50, 7).ok());
  EXPECT_EQ(*store->Get("acme", "record-00002499"), value);
  ASSERT_TRUE(store->Seed("other", 2500, 50, 7).ok());
  EXPECT_NE(*store->Get("other", "record-00002499"), value);
}

TEST_F(EmbeddedStoreTest, AScanStopsWhereItsVisitorSaysSo) {
  const auto store = OpenStore();
  ASSERT_TRUE(store->Seed("acme", 10, 5, 1).ok());
  std::string last;
  ASSERT_TRUE(store
                  ->Scan("acme",
                         [&last](absl::string_view key, absl::string_view) {
                           last = std::string(key);
                           return last != "record-00000003";
                         })
                  .ok());
  EXPECT_EQ(last, "record-00000003");
}

TEST_F(EmbeddedStoreTest, HoldersInOneProcessShareTheDatabase) {
  const auto one = OpenStore();
  const auto two = OpenStore();
  ASSERT_TRUE(one->Put("acme", "key", "value").ok());
  EXPECT_EQ(*two->Get("acme", "key"), "value");
}

TEST_F(EmbeddedStoreTest, OpeningAndClosingFromManyThreadsNeverFails) {
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, &failures] {
      for (int turn = 0; turn < 10; ++turn) {
        if (!EmbeddedStore::Open(folder_.path()).ok()) ++failures;
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(failures, 0);
}

// The app writes without pause while access is closed: once SetAccess has
// returned, nothing that it writes is taken any more.
TEST_F(EmbeddedStoreTest, NothingIsTakenAfterTheSealHasReturned) {
  const auto store = OpenStore();
  const auto connector = OpenConnector("acme");
  std::atomic<bool> is_sealed{false};
  std::atomic<int> taken{0};
  std::atomic<int> taken_late{0};
  std::thread app([&] {
    for (int i = 0;; ++i) {
      const bool began_late = is_sealed;
      const absl::Status status = store->Put("acme", "key" + std::to_string(i), "value");
      if (!status.ok()) return;
      ++taken;
      if (began_late) ++taken_late;
    }
  });
  while (taken < 100)
    std::this_thread::yield();
  ASSERT_TRUE(connector->SetAccess(1, 1, Access::kClosed).ok());
  is_sealed = true;
  const int64_t count = *store->Count("acme");
  app.join();
  EXPECT_EQ(taken_late, 0);
  EXPECT_EQ(*store->Count("acme"), count);
}

}  // namespace
}  // namespace realm::worker
