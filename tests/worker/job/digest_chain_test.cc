// The chain is to tell any two tables apart that differ in order, number or content of ranges.

#include "worker/job/digest_chain.h"

#include <gtest/gtest.h>

#include "common/digest.h"

namespace realm::worker {
namespace {

RangeDigest Range(absl::string_view content, int64_t records) {
  return {{}, records, static_cast<int64_t>(content.size()), Sha256(content)};
}

std::string ChainOf(const std::vector<RangeDigest>& ranges, absl::string_view key = "key") {
  DigestChain chain(key);
  for (const RangeDigest& range : ranges)
    chain.Add(range);
  return chain.value();
}

TEST(DigestChainTest, IsTheKeyedHashOfThePreviousValueAndTheRange) {
  const RangeDigest one = Range("one", 1);
  EXPECT_EQ(ChainOf({}), std::string(32, '\0'));
  EXPECT_EQ(ChainOf({one}), HmacSha256("key", std::string(32, '\0') + one.digest));
}

TEST(DigestChainTest, OrderNumberAndKeyMatter) {
  const RangeDigest one = Range("one", 1);
  const RangeDigest two = Range("two", 2);
  EXPECT_NE(ChainOf({one, two}), ChainOf({two, one}));
  EXPECT_NE(ChainOf({one, one}), ChainOf({one}));
  EXPECT_NE(ChainOf({one}), ChainOf({one}, "other"));
}

TEST(DigestChainTest, GoesOnFromWhereItStood) {
  DigestChain first("key");
  first.Add(Range("one", 1));
  DigestChain second("key", first.value(), first.records(), first.bytes());
  second.Add(Range("two", 2));
  EXPECT_EQ(second.value(), ChainOf({Range("one", 1), Range("two", 2)}));
  EXPECT_EQ(second.records(), 3);
  EXPECT_TRUE(second.Matches(second.ToManifest("notes", "page")));
  EXPECT_FALSE(first.Matches(second.ToManifest("notes", "page")));
}

}  // namespace
}  // namespace realm::worker
