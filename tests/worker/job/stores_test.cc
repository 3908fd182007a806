// How jobs claim stores and order access.

#include "worker/job/stores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/worker/job_world.h"

namespace realm::worker {
namespace {

class StoresTest : public testing::Test {
 protected:
  std::unique_ptr<Connector> Open() {
    return *world_.source.stores->Open(DatasetName("notes"), AppId("app"), TenantId(kTenant));
  }
  JobWorld world_;
};

TEST_F(StoresTest, UnknownDatasetIsNotFound) {
  const auto connector =
      world_.source.stores->Open(DatasetName("files"), AppId("app"), TenantId(kTenant));
  EXPECT_TRUE(absl::IsNotFound(connector.status()));
  EXPECT_EQ(connector.status().message(), "dataset files is not served here");
}

TEST_F(StoresTest, FenceIsRaisedStrictly) {
  const v1::JobOrder order = world_.Order(v1::Job::KIND_COPY);
  ASSERT_TRUE(ClaimStores(*world_.source.stores, order, {1, 5, 77}).ok());
  EXPECT_TRUE(absl::IsAborted(ClaimStores(*world_.source.stores, order, {1, 5, 78}).status()));
  EXPECT_TRUE(absl::IsAborted(ClaimStores(*world_.source.stores, order, {1, 4, 77}).status()));
  ASSERT_TRUE(ClaimStores(*world_.source.stores, order, {2, 1, 79}).ok());
  EXPECT_EQ(world_.source.store->control(kTenant).fence.generation, 2);
}

// Two parts of one migration seal the same source; the later order may come first.
TEST_F(StoresTest, SealUnderAnOlderEpochStandsIfTheNewerOneClosedToo) {
  const std::unique_ptr<Connector> connector = Open();
  ASSERT_TRUE(CloseAccess(*connector, 1, 6).ok());
  EXPECT_TRUE(CloseAccess(*connector, 1, 5).ok());
  EXPECT_EQ(world_.source.store->control(kTenant).access_epoch, 6);
}

TEST_F(StoresTest, SealUnderAnOlderEpochFailsIfTheNewerOneOpened) {
  const std::unique_ptr<Connector> connector = Open();
  ASSERT_TRUE(connector->SetAccess(1, 6, Access::kOpen).ok());
  EXPECT_TRUE(absl::IsAborted(CloseAccess(*connector, 1, 5)));
  EXPECT_TRUE(absl::IsAborted(CloseAccess(*connector, 1, 6)));
}

TEST_F(StoresTest, SealOfAnOlderGenerationFails) {
  const std::unique_ptr<Connector> connector = Open();
  ASSERT_TRUE(CloseAccess(*connector, 2, 1).ok());
  EXPECT_TRUE(absl::IsAborted(CloseAccess(*connector, 1, 9)));
}

}  // namespace
}  // namespace realm::worker
