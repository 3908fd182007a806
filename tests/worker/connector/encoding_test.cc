#include "worker/connector/encoding.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace realm::worker {
namespace {

TEST(EncodingTest, NumbersComeBackAsTheyWent) {
  for (const uint64_t value : {uint64_t{0}, uint64_t{1}, uint64_t{127}, uint64_t{128},
                               uint64_t{16384}, uint64_t{1} << 63, UINT64_MAX}) {
    std::string bytes;
    AppendVarint(value, bytes);
    AppendFixed64(value, bytes);
    absl::string_view rest(bytes);
    uint64_t found = 0;
    ASSERT_TRUE(ConsumeVarint(rest, found));
    EXPECT_EQ(found, value);
    ASSERT_TRUE(ConsumeFixed64(rest, found));
    EXPECT_EQ(found, value);
    EXPECT_TRUE(rest.empty());
  }
}

TEST(EncodingTest, FixedNumbersSortAsNumbers) {
  std::string small;
  std::string large;
  AppendFixed64(255, small);
  AppendFixed64(256, large);
  EXPECT_LT(small, large);
}

TEST(EncodingTest, SizedBytesMayHoldAnything) {
  const std::string awkward("\0\xff sized", 8);
  std::string bytes;
  AppendSized(awkward, bytes);
  AppendSized("", bytes);
  absl::string_view rest(bytes);
  absl::string_view found;
  ASSERT_TRUE(ConsumeSized(rest, found));
  EXPECT_EQ(found, awkward);
  ASSERT_TRUE(ConsumeSized(rest, found));
  EXPECT_EQ(found, "");
  EXPECT_FALSE(ConsumeSized(rest, found));
}

TEST(EncodingTest, WhatIsCutOffIsRefused) {
  std::string bytes;
  AppendSized(std::string(300, 'x'), bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    absl::string_view rest = absl::string_view(bytes).substr(0, size);
    absl::string_view found;
    EXPECT_FALSE(ConsumeSized(rest, found)) << size;
  }
}

TEST(EncodingTest, LengthsThatDoNotFitAreRefused) {
  uint64_t value = 0;
  absl::string_view found;
  const std::string too_long(11, '\xff');
  absl::string_view rest(too_long);
  EXPECT_FALSE(ConsumeVarint(rest, value));
  const std::string overflow = std::string(9, '\xff') + '\x02';
  rest = overflow;
  EXPECT_FALSE(ConsumeVarint(rest, value));
  const std::string huge = std::string(9, '\xff') + '\x01';
  rest = huge;
  EXPECT_FALSE(ConsumeSized(rest, found));
}

TEST(EncodingTest, AnErrorNeverNamesTheKeyItself) {
  const std::string text = KeyForError("secret customer");
  EXPECT_EQ(text.find("secret"), std::string::npos);
  EXPECT_EQ(text.size(), 20U);
  EXPECT_NE(text, KeyForError("secret customes"));
}

}  // namespace
}  // namespace realm::worker
