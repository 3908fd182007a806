#include "worker/connector/rocksdb_database.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/check.h"
#include "tests/support/temp_folder.h"

namespace realm::worker {
namespace {

class RocksdbDatabaseTest : public testing::Test {
 protected:
  std::shared_ptr<RocksdbDatabase> Open() {
    auto database = RocksdbDatabase::Open(folder_.path() + "/db");
    REALM_CHECK_OK(database.status());
    return *std::move(database);
  }

  static std::string Keys(RocksdbDatabase& database, absl::string_view tenant,
                          const KeyRange& range) {
    const size_t prefix_bytes = RocksdbDatabase::TenantPrefix(tenant).size();
    std::string keys;
    const auto scan = database.NewScan(tenant, range);
    for (; scan->Valid(); scan->Next()) {
      keys += std::string(scan->stored_key().substr(prefix_bytes)) + " ";
    }
    REALM_CHECK_OK(scan->status());
    return keys;
  }

  const TempFolder folder_;
};

TEST_F(RocksdbDatabaseTest, NoTenantsPrefixBeginsAnothers) {
  const std::vector<std::string> tenants{"a", "ab", std::string(127, 'a'), std::string(128, 'a')};
  for (const std::string& one : tenants) {
    for (const std::string& two : tenants) {
      const std::string prefix = RocksdbDatabase::TenantPrefix(one);
      const bool begins = RocksdbDatabase::TenantPrefix(two).compare(0, prefix.size(), prefix) == 0;
      EXPECT_EQ(begins, one == two) << one << " " << two;
    }
  }
}

TEST_F(RocksdbDatabaseTest, RangesExcludeTheirBeginningAndIncludeTheirEnd) {
  const auto database = Open();
  const std::string tenant = "\xff\xff";  // Sorts last, whatever its prefix is.
  const auto batch = database->NewBatch(tenant);
  for (const char* key : {"a", "b", "b0", "c", "\xff"})
    batch->Put(key, "value");
  ASSERT_TRUE(database->Apply(*batch, RocksdbDatabase::Durability::kKeep).ok());
  EXPECT_EQ(Keys(*database, tenant, {}), "a b b0 c \xff ");
  EXPECT_EQ(Keys(*database, tenant, {"a", "c"}), "b b0 c ");
  EXPECT_EQ(Keys(*database, tenant, {"b", ""}), "b0 c \xff ");
  EXPECT_EQ(Keys(*database, tenant, {"", "b"}), "a b ");
  EXPECT_EQ(Keys(*database, tenant, {"c", "a"}), "");
  const auto erase = database->NewBatch(tenant);
  erase->EraseRange({"a", "b"});
  erase->EraseRange({"c", "a"});
  ASSERT_TRUE(database->Apply(*erase, RocksdbDatabase::Durability::kSync).ok());
  EXPECT_EQ(Keys(*database, tenant, {}), "a b0 c \xff ");
}

TEST_F(RocksdbDatabaseTest, AScanKeepsSeeingTheMomentItBegan) {
  const auto database = Open();
  const auto batch = database->NewBatch("acme");
  batch->Put("a", "1");
  batch->Put("b", "1");
  ASSERT_TRUE(database->Apply(*batch, RocksdbDatabase::Durability::kKeep).ok());
  const auto scan = database->NewScan("acme", {});
  const auto erase = database->NewBatch("acme");
  erase->Erase("b");
  ASSERT_TRUE(database->Apply(*erase, RocksdbDatabase::Durability::kKeep).ok());
  scan->Next();
  EXPECT_TRUE(scan->Valid());
  EXPECT_EQ(Keys(*database, "acme", {}), "a ");
}

TEST_F(RocksdbDatabaseTest, AStoreIsClaimedOnceForItsRealmAndDataset) {
  ASSERT_TRUE(Open()->Claim("EU", "pages").ok());
  const auto database = Open();
  EXPECT_TRUE(database->Claim("EU", "pages").ok());
  EXPECT_EQ(database->Claim("US", "pages").code(), absl::StatusCode::kFailedPrecondition);
  const absl::Status refused = database->Claim("EU", "files");
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(refused.message().find("pages"), absl::string_view::npos) << refused;
}

TEST_F(RocksdbDatabaseTest, AnotherProcessIsToldToComeBackLater) {
  int ready[2];
  int done[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(done), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto database = RocksdbDatabase::Open(folder_.path() + "/db");
    char byte = database.ok() ? 'y' : 'n';
    if (write(ready[1], &byte, 1) != 1 || read(done[0], &byte, 1) != 1) _exit(1);
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
  EXPECT_TRUE(absl::IsUnavailable(RocksdbDatabase::Open(folder_.path() + "/db").status()));
  ASSERT_EQ(write(done[1], &byte, 1), 1);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(RocksdbDatabase::Open(folder_.path() + "/db").ok());
}

TEST_F(RocksdbDatabaseTest, AFolderThatIsNoFolderIsRefused) {
  std::ofstream(folder_.path() + "/file") << "not a folder";
  EXPECT_EQ(RocksdbDatabase::Open(folder_.path() + "/file").status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(RocksdbDatabase::Open("").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace realm::worker
