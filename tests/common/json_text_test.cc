#include "common/json_text.h"

#include <gtest/gtest.h>

namespace realm {
namespace {

TEST(JsonTextTest, Utf8IsToldFromOtherBytes) {
  for (const char* text : {"", "a", "\xc3\xa9", "\xf0\x9f\x98\x80", "\xef\xbf\xbf"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  // Half a letter, a surrogate, an overlong form, past the last letter, a stray byte.
  for (const char* text : {"a\xc3", "\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80", "\xff"}) {
    EXPECT_FALSE(IsUtf8(text)) << text;
  }
}

TEST(JsonTextTest, TextIsCutBetweenLetters) {
  EXPECT_EQ(CutText("abc", 3), "abc");
  EXPECT_EQ(CutText("abc", 2), "ab");
  EXPECT_EQ(CutText("a\xc3\xa9", 2), "a");
  EXPECT_EQ(CutText("a\xc3\xa9", 3), "a\xc3\xa9");
  EXPECT_EQ(CutText("\xf0\x9f\x98\x80", 3), "");
}

}  // namespace
}  // namespace realm
