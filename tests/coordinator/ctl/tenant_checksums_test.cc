#include "coordinator/ctl/tenant_checksums.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace realm::ctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Checksums Before() {
  Checksums checksums;
  EXPECT_TRUE(
      AddChecksums("US", "page\talder\t3\taa\npage\tbirch\t2\tbb\nspace\talder\t1\tcc\n", checksums)
          .ok());
  EXPECT_TRUE(AddChecksums("EU", "page\toak\t7\tdd\n", checksums).ok());
  return checksums;
}

std::string Complaint(const Checksums& expected, const Checksums& found) {
  return std::string(CompareChecksums(expected, found).message());
}

TEST(TenantChecksumsTest, LinesAreRead) {
  const Checksums checksums = Before();
  EXPECT_EQ(checksums.size(), 4u);
  EXPECT_EQ(checksums.at({"US", "page", "birch"}).rows, 2);
  EXPECT_EQ(checksums.at({"US", "page", "birch"}).sum, "bb");
}

TEST(TenantChecksumsTest, AnythingElseIsRefused) {
  Checksums checksums;
  for (const char* line : {"ERROR:  no", "page\talder\t3", "page\talder\tmany\taa", "a\tb\t1\t"})
    EXPECT_TRUE(absl::IsInvalidArgument(AddChecksums("US", line, checksums))) << line;
}

TEST(TenantChecksumsTest, WhatIsEqualIsEqual) {
  EXPECT_TRUE(CompareChecksums(Before(), Before()).ok());
}

TEST(TenantChecksumsTest, AMoveIsExpectedWhereItWent) {
  Checksums expected = Before();
  MoveRows("page", "alder", "US", "EU", expected);
  Checksums found = Before();
  found[{"EU", "page", "alder"}] = found[{"US", "page", "alder"}];
  EXPECT_THAT(Complaint(expected, found),
              HasSubstr("table page of tenant alder in US holds 3 rows; it should be empty"));
  found.erase({"US", "page", "alder"});
  EXPECT_TRUE(CompareChecksums(expected, found).ok());
}

TEST(TenantChecksumsTest, ATenantWithoutRowsMovesNothing) {
  Checksums expected = Before();
  MoveRows("space", "birch", "US", "EU", expected);
  EXPECT_TRUE(CompareChecksums(expected, Before()).ok());
}

TEST(TenantChecksumsTest, EachKindOfDifferenceNamesTableTenantAndRealm) {
  Checksums found = Before();
  found[{"EU", "page", "oak"}].sum = "de";
  EXPECT_EQ(CompareChecksums(Before(), found).code(), absl::StatusCode::kInternal);
  EXPECT_THAT(Complaint(Before(), found),
              AllOf(HasSubstr("table page of tenant oak in EU"), HasSubstr("de instead of dd")));
  found = Before();
  found[{"US", "space", "alder"}].rows = 2;
  EXPECT_THAT(Complaint(Before(), found),
              HasSubstr("table space of tenant alder in US holds 2 rows; it should hold 1"));
  found = Before();
  found.erase({"US", "page", "birch"});
  EXPECT_THAT(Complaint(Before(), found),
              HasSubstr("table page of tenant birch in US is empty; it should hold 2 rows"));
}

TEST(TenantChecksumsTest, OtherDifferencesAreCounted) {
  Checksums found = Before();
  found.erase({"US", "page", "birch"});
  found.erase({"US", "space", "alder"});
  EXPECT_THAT(Complaint(Before(), found), HasSubstr("; and 1 other difference"));
}

TEST(TenantChecksumsTest, ASummaryComparesWithWhatWasAtFirst) {
  Checksums now = Before();
  MoveRows("page", "alder", "US", "EU", now);
  TableSummary summary = Summarize({"page", {"alder"}, "US", "US", "EU"}, Before(), now);
  EXPECT_EQ(summary.tenants, 1);
  EXPECT_EQ(summary.rows, 3);
  EXPECT_EQ(summary.left, 0);
  EXPECT_EQ(summary.others, 2);
  EXPECT_EQ(summary.then, summary.now);
  now[{"EU", "page", "alder"}].sum = "ab";
  now[{"US", "page", "alder"}].rows = 1;
  summary = Summarize({"page", {"alder"}, "US", "US", "EU"}, Before(), now);
  EXPECT_NE(summary.then, summary.now);
  EXPECT_EQ(summary.left, 1);
}

}  // namespace
}  // namespace realm::ctl
