#include "coordinator/ctl/migration_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace realm::ctl {
namespace {

using ::testing::HasSubstr;

const absl::Time kReadAt = absl::FromUnixSeconds(1893456000);

// As the coordinator shows a transfer whose second pass found everything equal: that pass had
// nothing to copy.
v1::Migration Moved() {
  v1::Migration migration;
  migration.set_state(v1::Migration::STATE_COMMITTED);
  v1::Transfer* transfer = migration.add_transfers();
  transfer->set_transfer_name("core");
  transfer->set_verified(true);
  transfer->mutable_progress()->set_records_done(100);
  transfer->mutable_progress()->set_records_total_estimate(100);
  transfer->mutable_progress()->set_bytes_total_estimate(5000);
  v1::TableManifest* table = transfer->add_manifest();
  table->set_records(100);
  table->set_bytes(5000);
  *migration.mutable_progress() = transfer->progress();
  return migration;
}

TEST(MigrationTextTest, WhatIsVerifiedIsComplete) {
  EXPECT_EQ(MigrationProgressText(Moved(), kReadAt), "100 %  100/100");
  EXPECT_THAT(DescriptionText(Moved(), {}, {kReadAt, false}), HasSubstr("100 %  100/100"));
}

TEST(MigrationTextTest, WhatIsNotVerifiedIsAsFarAsItWasReported) {
  v1::Migration migration = Moved();
  migration.mutable_transfers(0)->set_verified(false);
  EXPECT_EQ(MigrationProgressText(migration, kReadAt), "0 %  100/~100");
}

}  // namespace
}  // namespace realm::ctl
