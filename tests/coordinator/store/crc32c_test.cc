#include "coordinator/store/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace realm::coordinator {
namespace {

// The examples of RFC 3720, B.4, and the check value of the catalogues.
TEST(Crc32cTest, KnownValues) {
  EXPECT_EQ(ExtendCrc32c(0, ""), 0u);
  EXPECT_EQ(ExtendCrc32c(0, "123456789"), 0xE3069283u);
  EXPECT_EQ(ExtendCrc32c(0, std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(ExtendCrc32c(0, std::string(32, '\xff')), 0x62A8AB43u);
}

TEST(Crc32cTest, BothWaysAgreeOnAllLengthsAndSplits) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    bytes.push_back(static_cast<char>(i * 37 + 11));
    const uint32_t whole = ExtendCrc32c(0, bytes);
    EXPECT_EQ(whole, ExtendCrc32cPortably(0, bytes)) << i;
    const absl::string_view view = bytes;
    EXPECT_EQ(whole, ExtendCrc32c(ExtendCrc32c(0, view.substr(0, i / 3)), view.substr(i / 3))) << i;
  }
}

}  // namespace
}  // namespace realm::coordinator
