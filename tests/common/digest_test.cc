#include "common/digest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace realm {
namespace {

TEST(Sha256Test, MatchesThePublishedVectors) {
  // FIPS 180-4 examples.
  EXPECT_EQ(ToHex(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(HmacSha256Test, MatchesThePublishedVectors) {
  // RFC 4231, cases 1, 2 and 6 (a key longer than a block).
  EXPECT_EQ(ToHex(HmacSha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(ToHex(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(ToHex(HmacSha256(std::string(131, '\xaa'),
                             "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// However a stream is cut into pieces, and whichever of them are gathered, the digest is that of
// the whole.
TEST(KeyedDigestTest, PiecesOfAnySizeGiveTheDigestOfTheWhole) {
  std::string whole;
  for (int i = 0; i < 20000; ++i)
    whole.push_back(static_cast<char>(i * 31 >> 3));
  const std::string expected = HmacSha256("key", whole);
  for (const size_t piece : {1, 7, 100, 2047, 2048, 2049, 4095, 4096, 4097, 9000}) {
    KeyedDigest digest("key");
    for (size_t at = 0; at < whole.size(); at += piece)
      digest.Update(whole.substr(at, piece));
    EXPECT_EQ(digest.Finish(), expected) << "pieces of " << piece;
  }
}

TEST(KeyedDigestTest, SmallPiecesBeforeALargeOneKeepTheirPlace) {
  const std::string large(3000, 'x');
  KeyedDigest digest("key");
  digest.Update("ab");
  digest.Update(large);
  digest.Update("cd");
  EXPECT_EQ(digest.Finish(), HmacSha256("key", "ab" + large + "cd"));
}

TEST(KeyedDigestTest, FinishBeginsANewStreamUnderTheSameKey) {
  KeyedDigest digest("key");
  digest.Update("one");
  EXPECT_EQ(digest.Finish(), HmacSha256("key", "one"));
  digest.Update("two");
  EXPECT_EQ(digest.Finish(), HmacSha256("key", "two"));
  EXPECT_EQ(digest.Finish(), HmacSha256("key", ""));
}

TEST(KeyedDigestTest, SizedPiecesCannotBeCutElsewhere) {
  KeyedDigest digest("key");
  digest.UpdateSized("ab");
  digest.UpdateSized("c");
  const std::string ab_c = digest.Finish();
  digest.UpdateSized("a");
  digest.UpdateSized("bc");
  EXPECT_NE(digest.Finish(), ab_c);
  EXPECT_EQ(ab_c, HmacSha256("key", absl::string_view("\0\0\0\0\0\0\0\2ab\0\0\0\0\0\0\0\1c", 19)));
}

TEST(KeyedDigestTest, OtherKeysGiveOtherDigests) {
  EXPECT_NE(HmacSha256("key", "row"), HmacSha256("kez", "row"));
}

TEST(HexTest, ReadsBackWhatItWroteAndRefusesTheRest) {
  const std::string bytes("\x00\xff\x10", 3);
  EXPECT_EQ(ToHex(bytes), "00ff10");
  EXPECT_EQ(*FromHex("00FF10"), bytes);
  EXPECT_EQ(*FromHex(""), "");
  for (const absl::string_view bad : {"0", "0g", "00 1", "0x00"}) {
    EXPECT_EQ(FromHex(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST(ConstantTimeEqualsTest, ComparesContentAndLength) {
  EXPECT_TRUE(ConstantTimeEquals("abc", "abc"));
  EXPECT_TRUE(ConstantTimeEquals("", ""));
  EXPECT_FALSE(ConstantTimeEquals("abc", "abd"));
  EXPECT_FALSE(ConstantTimeEquals("abc", "ab"));
}

}  // namespace
}  // namespace realm
