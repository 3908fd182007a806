// Every kind of store in the registry meets connector.h: reading, writing and
// the comparison of contents. Fences and erasing have files of their own.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/limits.h"
#include "tests/conformance/connector_fixture.h"

namespace realm::worker {
namespace {

REALM_FOR_EVERY_KIND(ConnectorTest);

using absl::StatusCode;

TEST(RegistryConformanceTest, EveryKindHasAStoreInThisSuite) {
  std::vector<std::string> tested;
  for (const auto& [kind, maker] : TestStoreMakers())
    tested.push_back(kind);
  EXPECT_EQ(tested, ConnectorKinds());
}

TEST_P(ConnectorTest, PagesAreCompleteAndOfAboutTheBound) {
  source_.Fill("acme", 3000, 1000);
  const auto source = source_.Open();
  const auto target = target_.Open();
  const std::vector<Page> pages = ReadPages(*source);
  int64_t record_count = 0;
  for (const Page& page : pages) {
    record_count += page.record_count;
    EXPECT_EQ(page.byte_count, static_cast<int64_t>(page.records.size()));
    EXPECT_LE(page.byte_count, kPageBytes + 2000);
    EXPECT_FALSE(page.last_key.empty());
  }
  EXPECT_EQ(record_count, 3000);
  EXPECT_GE(pages.size(), 10U);
  CopyAll(*source, *target, 1);
  EXPECT_EQ(target_.store->Records("acme"), source_.store->Records("acme"));
}

TEST_P(ConnectorTest, ReadingGoesOnAfterAnyPagesLastKey) {
  source_.Fill("acme", 2000, 1000);
  const auto source = source_.Open();
  const std::vector<Page> pages = ReadPages(*source);
  for (size_t i = 0; i < pages.size(); ++i) {
    const std::vector<Page> rest = ReadPages(*source, {pages[i].last_key, ""});
    ASSERT_EQ(rest.size(), pages.size() - i - 1);
    if (!rest.empty()) {
      EXPECT_EQ(rest[0].records, pages[i + 1].records);
    }
    const std::vector<Page> until = ReadPages(*source, {"", pages[i].last_key});
    ASSERT_EQ(until.size(), i + 1);
    EXPECT_EQ(until[i].records, pages[i].records);
  }
}

TEST_P(ConnectorTest, AnEmptyTenantHasNoPagesAndNoRanges) {
  source_.Fill("neighbour", 10);
  const auto source = source_.Open();
  EXPECT_TRUE(ReadPages(*source).empty());
  EXPECT_TRUE(ReadDigests(*source).empty());
  const auto estimate = source->EstimateTable(source->Tables()[0]);
  ASSERT_TRUE(estimate.ok()) << estimate.status();
  EXPECT_EQ(estimate->record_count, 0);
}

TEST_P(ConnectorTest, AnEstimateIsOfTheRightOrder) {
  source_.Fill("acme", 5000);
  const auto source = source_.Open();
  const auto estimate = source->EstimateTable(source->Tables()[0]);
  ASSERT_TRUE(estimate.ok()) << estimate.status();
  EXPECT_GT(estimate->record_count, 1000);
  EXPECT_LT(estimate->record_count, 25000);
  EXPECT_GT(estimate->byte_count, 100000);
}

TEST_P(ConnectorTest, AwkwardKeysAndValuesArriveUnchanged) {
  const std::string zero("\0", 1);
  const std::vector<std::string> awkward{zero,
                                         zero + zero,
                                         "a" + zero,
                                         "a" + zero + "b",
                                         "a",
                                         "\xff",
                                         "\xff\xff",
                                         "\xc3\x28",
                                         "'",
                                         "\"",
                                         "\\",
                                         "\\N",
                                         "\n",
                                         "\t",
                                         "%s",
                                         "\\x00",
                                         std::string(1000, '\xfe')};
  for (const std::string& key : awkward) {
    ASSERT_TRUE(source_.store->Put("acme", key, "value of " + key).ok());
  }
  ASSERT_TRUE(source_.store->Put("acme", "empty value", "").ok());
  const auto source = source_.Open();
  const auto target = target_.Open();
  CopyAll(*source, *target, 1);
  EXPECT_EQ(target_.store->Records("acme"), source_.store->Records("acme"));
  EXPECT_EQ(DigestAll(*target), DigestAll(*source));
}

TEST_P(ConnectorTest, AwkwardTenantsAreKeptApart) {
  const std::vector<std::string> tenants{"a",   "ab",  "abc", "a'b", "a\"b",
                                         "a\\", "a b", "%",   "_",   "b"};
  for (const std::string& tenant : tenants)
    source_.Fill(tenant, 3);
  for (const std::string& tenant : tenants) {
    const auto source = source_.Open(tenant);
    const auto target = target_.Open(tenant);
    CopyAll(*source, *target, 1);
    EXPECT_EQ(target_.store->Records(tenant), source_.store->Records(tenant)) << tenant;
    EXPECT_EQ(source_.store->Records(tenant).size(), 3U) << tenant;
  }
}

TEST_P(ConnectorTest, ALargeRecordIsAPageOfItsOwn) {
  const std::string large(5 << 20, 'L');
  ASSERT_TRUE(source_.store->Put("acme", "a", "small").ok());
  ASSERT_TRUE(source_.store->Put("acme", "b", large).ok());
  ASSERT_TRUE(source_.store->Put("acme", "c", "small").ok());
  const auto source = source_.Open();
  const auto target = target_.Open();
  EXPECT_EQ(ReadPages(*source).size(), 2U);
  CopyAll(*source, *target, 1);
  EXPECT_EQ(target_.store->Records("acme"), source_.store->Records("acme"));
  EXPECT_EQ(DigestAll(*target), DigestAll(*source));
}

TEST_P(ConnectorTest, WritingAPageTwiceLeavesItOnce) {
  source_.Fill("acme", 1000, 600);
  const auto source = source_.Open();
  const auto target = target_.Open();
  CopyAll(*source, *target, 1);
  WritePages(*target, TokenOf(1), ReadPages(*source));
  EXPECT_EQ(target_.store->Records("acme"), source_.store->Records("acme"));
}

TEST_P(ConnectorTest, WritingReplacesRecordsWithEqualKeys) {
  source_.Fill("acme", 100);
  ASSERT_TRUE(target_.store->Put("acme", "key-000007", "stale").ok());
  ASSERT_TRUE(target_.store->Put("acme", "key-000099", "stale").ok());
  ASSERT_TRUE(target_.store->Put("acme", "key-999999", "only here").ok());
  const auto source = source_.Open();
  const auto target = target_.Open();
  CopyAll(*source, *target, 1);
  auto expected = source_.store->Records("acme");
  expected["key-999999"] = "only here";
  EXPECT_EQ(target_.store->Records("acme"), expected);
}

TEST_P(ConnectorTest, ReadersSeeWhatTheSameConnectorWrote) {
  source_.Fill("acme", 50);
  const auto source = source_.Open();
  const auto target = target_.Open();
  ASSERT_TRUE(target->RaiseFence(TokenOf(1)).ok());
  const std::vector<Page> pages = ReadPages(*source);
  ASSERT_EQ(pages.size(), 1U);
  ASSERT_TRUE(target->Write(TokenOf(1), target->Tables()[0], pages[0], "c1").ok());
  EXPECT_EQ(DigestAll(*target), DigestAll(*source));
  const auto control = target->GetControl();
  ASSERT_TRUE(control.ok()) << control.status();
  EXPECT_EQ(control->cursor, "c1");
}

// --- Pages that must not be taken. ------------------------------------------

TEST_P(ConnectorTest, APageThatWasTamperedWithIsRefused) {
  source_.Fill("acme", 20);
  const auto source = source_.Open();
  const auto target = target_.Open();
  ASSERT_TRUE(target->RaiseFence(TokenOf(1)).ok());
  const Page page = ReadPages(*source).at(0);
  std::vector<Page> bad;
  bad.emplace_back(page).record_count = 19;
  bad.emplace_back(page).records.pop_back();
  bad.emplace_back(page).records.push_back('x');
  bad.emplace_back(page).records[0] = '\x7f';
  bad.emplace_back(page).last_key += "x";
  bad.emplace_back(page).records.clear();
  for (const Page& each : bad) {
    absl::Status status = target->Write(TokenOf(1), target->Tables()[0], each, "bad");
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status;
  }
  EXPECT_TRUE(target_.store->Records("acme").empty());
  EXPECT_EQ(target->GetControl()->cursor, "");
}

TEST_P(ConnectorTest, AnUnknownTableIsRefused) {
  const auto source = source_.Open();
  const auto target = target_.Open();
  ASSERT_TRUE(target->RaiseFence(TokenOf(1)).ok());
  EXPECT_EQ(source->Read("nowhere", {}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(source->Digest("nowhere", {}, kDigestKey).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(source->EstimateTable("nowhere").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(target->Write(TokenOf(1), "nowhere", Page(), "").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(target->Erase(TokenOf(1), "nowhere", {}, 1, "").status().code(),
            StatusCode::kInvalidArgument);
}

// --- Digests. ----------------------------------------------------------------

TEST_P(ConnectorTest, EqualContentsHaveEqualDigestsHoweverTheyCame) {
  source_.Fill("acme", 9000, 20);
  const auto source = source_.Open();
  const auto records = source_.store->Records("acme");
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    ASSERT_TRUE(target_.store->Put("acme", record->first, record->second).ok());
  }
  const std::vector<RangeDigest> at_source = ReadDigests(*source);
  const std::vector<RangeDigest> at_target = ReadDigests(*target_.Open());
  ASSERT_EQ(at_source.size(), 3U);
  ASSERT_EQ(at_target.size(), 3U);
  for (size_t i = 0; i < at_source.size(); ++i) {
    EXPECT_EQ(at_source[i].digest, at_target[i].digest);
    EXPECT_EQ(at_source[i].range.after, i == 0 ? "" : at_source[i - 1].range.last);
    EXPECT_EQ(at_source[i].range.last, at_target[i].range.last);
    EXPECT_EQ(at_source[i].record_count, at_target[i].record_count);
    EXPECT_EQ(at_source[i].byte_count, at_target[i].byte_count);
    EXPECT_EQ(at_source[i].digest.size(), 32U);
  }
  EXPECT_EQ(at_source[0].record_count, kRangeRecords);
}

TEST_P(ConnectorTest, ADigestOfARangeIsThatOfTheDigester) {
  source_.Fill("acme", 5000, 20);
  const auto source = source_.Open();
  for (const RangeDigest& range : ReadDigests(*source)) {
    const auto again =
        source->DigestOf(source->Tables()[0], range.range, kDigestKey, range.record_count);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->digest, range.digest);
    EXPECT_EQ(again->record_count, range.record_count);
    EXPECT_EQ(again->byte_count, range.byte_count);
    const auto limited =
        source->DigestOf(source->Tables()[0], range.range, kDigestKey, range.record_count - 5);
    ASSERT_TRUE(limited.ok()) << limited.status();
    EXPECT_EQ(limited->record_count, range.record_count - 4);
    EXPECT_NE(limited->digest, range.digest);
  }
}

TEST_P(ConnectorTest, LargeRecordsEndARangeEarly) {
  for (const char* key : {"a", "b", "c", "d", "e"}) {
    ASSERT_TRUE(source_.store->Put("acme", key, std::string(3 << 20, key[0])).ok());
  }
  const std::vector<RangeDigest> ranges = ReadDigests(*source_.Open());
  ASSERT_EQ(ranges.size(), 2U);
  EXPECT_EQ(ranges[0].record_count, 3);
  EXPECT_EQ(ranges[1].record_count, 2);
}

TEST_P(ConnectorTest, EveryChangeChangesTheDigest) {
  TestStore& store = *source_.store;
  for (const char* key : {"a", "b", "c", "d"}) {
    ASSERT_TRUE(store.Put("acme", key, absl::StrFormat("value of %s", key)).ok());
  }
  const auto source = source_.Open();
  std::vector<std::string> digests{DigestAll(*source)};
  const auto change = [&](absl::string_view key, absl::string_view value) {
    ASSERT_TRUE(store.Put("acme", key, value).ok());
    digests.push_back(DigestAll(*source));
  };
  change("a", "value of A");  // A bit of a value.
  change("a", "");
  change("b", "value of c");  // Two values swapped, half and whole.
  change("c", "value of b");
  ASSERT_TRUE(store.Delete("acme", "d").ok());
  digests.push_back(DigestAll(*source));
  change("dv", "alue of d");  // A byte moved from the value to the key.
  ASSERT_TRUE(store.Delete("acme", "dv").ok());
  change("d", "value of d");  // Back: equal to the state before the deletion.
  EXPECT_EQ(digests[4], digests.back());
  digests.pop_back();
  std::sort(digests.begin(), digests.end());
  EXPECT_EQ(std::unique(digests.begin(), digests.end()), digests.end());
}

TEST_P(ConnectorTest, AnotherDigestKeyGivesAnotherDigest) {
  source_.Fill("acme", 3);
  const auto source = source_.Open();
  const auto one = source->DigestOf(source->Tables()[0], {}, "key one", 10);
  const auto two = source->DigestOf(source->Tables()[0], {}, "key two", 10);
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_NE(one->digest, two->digest);
}

TEST_P(ConnectorTest, NeighboursDoNotShowInADigest) {
  source_.Fill("acme", 20);
  const auto source = source_.Open();
  const std::string before = DigestAll(*source);
  source_.Fill("acm", 20);
  source_.Fill("acme2", 20);
  EXPECT_EQ(DigestAll(*source), before);
}

// --- Whose store it is. ------------------------------------------------------

TEST_P(ConnectorTest, TwoStoresOfOneShapeHaveOneFingerprint) {
  const auto at_source = source_.Open()->SchemaFingerprint();
  const auto at_target = target_.Open()->SchemaFingerprint();
  ASSERT_TRUE(at_source.ok() && at_target.ok());
  EXPECT_EQ(at_source->size(), 32U);
  EXPECT_EQ(*at_source, *at_target);
}

TEST_P(ConnectorTest, AnotherRealmsStoreIsRefused) {
  source_.Open();
  DatasetOptions options = source_.store->Options();
  options.realm = RealmId("EU");
  const auto dataset = MakeDataset(options);
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  const absl::Status refused = (*dataset)->Open(Scope("acme")).status();
  EXPECT_EQ(refused.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(refused.message().find("US"), std::string::npos) << refused;
  EXPECT_NE(refused.message().find("EU"), std::string::npos) << refused;
  EXPECT_TRUE(source_.dataset->Open(Scope("acme")).ok());
}

TEST_P(ConnectorTest, TwoTenantsCannotShareATenantKey) {
  ASSERT_TRUE(source_.Open()->RaiseFence(TokenOf(1)).ok());
  TenantScope other = Scope("other");
  other.tenant_key = "acme";
  const auto opened = source_.dataset->Open(other);
  EXPECT_EQ(opened.status().code(), StatusCode::kFailedPrecondition);
}

TEST_P(ConnectorTest, AMappedTenantKeyMovesTheRecordsUnderIt) {
  source_.Fill("acme-in-us", 10);
  TenantScope scope{AppId("app"), TenantId("acme"), "acme-in-us"};
  const auto source = source_.dataset->Open(scope);
  const auto target = target_.Open("acme");
  ASSERT_TRUE(source.ok()) << source.status();
  CopyAll(**source, *target, 1);
  EXPECT_EQ(target_.store->Records("acme"), source_.store->Records("acme-in-us"));
  EXPECT_EQ(DigestAll(**source), DigestAll(*target));
}

TEST_P(ConnectorTest, ATenantWithoutAKeyIsRefused) {
  EXPECT_EQ(source_.dataset->Open({AppId("app"), TenantId("t"), ""}).status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace realm::worker
