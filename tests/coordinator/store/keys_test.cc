// Keys are on disk: docs/formats/store.md shows the bytes that are expected here.

#include "coordinator/store/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"

#include "common/digest.h"

namespace realm::coordinator {
namespace {

MigrationKey Key(absl::string_view app, absl::string_view tenant, absl::string_view migration) {
  return {AppId(app), TenantId(tenant), MigrationId(migration)};
}

TEST(KeysTest, TheBytesOfTheDocumentation) {
  EXPECT_EQ(ToHex(RowKey(Key("app", "acme", "m1"))), "6d2f617070000161636d6500016d310001");
  EXPECT_EQ(ToHex(RowKey(TenantKey{AppId("app"), TenantId("acme")})), "742f617070000161636d650001");
  EXPECT_EQ(ToHex(InstallationRowKey({AppId("app"), TenantId("acme")})),
            "692f617070000161636d650001");
  EXPECT_EQ(ToHex(AuditRowKey(258)), "612f0000000000000102");
}

TEST(KeysTest, IdsOfAnyBytesDoNotReachIntoEachOther) {
  const std::string zero(1, '\0');
  const std::string end("\0\1", 2);
  const std::vector<std::string> ids = {"a",        "b",        "ab",   zero,
                                        zero + "a", "a" + zero, end,    "a" + end,
                                        end + "a",  "\x01",     "\xff", zero + "\xff"};
  std::vector<std::string> keys;
  for (const std::string& app : ids) {
    for (const std::string& tenant : ids) {
      for (const std::string& migration : ids)
        keys.push_back(RowKey(Key(app, tenant, migration)));
    }
  }
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
  for (size_t i = 1; i < keys.size(); ++i)
    EXPECT_FALSE(absl::StartsWith(keys[i], keys[i - 1]));
}

TEST(KeysTest, KeysOrderAsTheirIds) {
  const std::vector<std::string> ids = {
      std::string(1, '\0'), "a", std::string("a\0", 2), "a\x01", "ab", "b", "\xff"};
  for (size_t i = 1; i < ids.size(); ++i) {
    EXPECT_LT(RowKey(Key(ids[i - 1], "z", "z")), RowKey(Key(ids[i], "a", "a"))) << i;
    EXPECT_LT(RowKey(Key("a", "a", ids[i - 1])), RowKey(Key("a", "a", ids[i]))) << i;
  }
}

TEST(KeysTest, AuditRecordsOrderByTheirNumber) {
  std::string before;
  for (const uint64_t sequence :
       {uint64_t{1}, uint64_t{2}, uint64_t{255}, uint64_t{256}, uint64_t{1} << 40, ~uint64_t{0}}) {
    EXPECT_LT(before, AuditRowKey(sequence));
    EXPECT_EQ(AuditSequenceOf(AuditRowKey(sequence)), sequence);
    before = AuditRowKey(sequence);
  }
  for (const char* other : {"", "a/", "a/1234567", "a/123456789", "b/12345678"}) {
    EXPECT_EQ(AuditSequenceOf(other), 0u) << other;
  }
}

}  // namespace
}  // namespace realm::coordinator
