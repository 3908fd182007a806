#include "coordinator/edge/base64url.h"

#include "gtest/gtest.h"

namespace realm::edge {
namespace {

TEST(Base64UrlTest, ReadsBackWhatItWrote) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes.push_back(static_cast<char>(i * 37));
    EXPECT_EQ(DecodeBase64Url(EncodeBase64Url(bytes)), bytes);
  }
  EXPECT_EQ(EncodeBase64Url("\xfb\xff\xfe?"), "-__-Pw");
}

TEST(Base64UrlTest, TakesOneTextForOneValueOnly) {
  EXPECT_EQ(DecodeBase64Url(""), "");
  EXPECT_EQ(DecodeBase64Url("Zg"), "f");
  for (const char* text : {"Zg==", "Zg=", "Zh", "Zm9=", "Z", "Zm9vZ", "Zg\n", " Zg", "Z g", "+_8",
                           "Z/8", "Zm9v\xc3\xa9"}) {
    EXPECT_FALSE(DecodeBase64Url(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace realm::edge
