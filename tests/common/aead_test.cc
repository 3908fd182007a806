#include "common/aead.h"

#include <gtest/gtest.h>

#include "common/digest.h"
#include "common/files.h"
#include "tests/support/temp_folder.h"

namespace realm {
namespace {

TEST(AeadTest, OpensWhatItSealed) {
  const AeadKey key = AeadKey::Generate();
  for (const std::string& plaintext :
       {std::string(), std::string("hush"), std::string(5000, 'x')}) {
    const std::string sealed = Seal(key, plaintext, "tenant/T1");
    EXPECT_EQ(sealed.size(), plaintext.size() + kAeadOverheadBytes);
    const absl::StatusOr<Secret> opened = Open(key, sealed, "tenant/T1");
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(opened->Reveal(), plaintext);
  }
}

TEST(AeadTest, OpensAValueSealedElsewhere) {
  // McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16.
  const AeadKey key = *AeadKey::FromBytes(
      Secret(*FromHex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")));
  const std::string sealed = *FromHex(
      "cafebabefacedbaddecaf888"
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b");
  const absl::StatusOr<Secret> opened =
      Open(key, sealed, *FromHex("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(ToHex(opened->Reveal().substr(0, 8)), "d9313225f88406e5");
}

TEST(AeadTest, TheSameValueIsNeverSealedAlike) {
  const AeadKey key = AeadKey::Generate();
  EXPECT_NE(Seal(key, "hush", ""), Seal(key, "hush", ""));
}

TEST(AeadTest, AnyChangedBitKeepsItShut) {
  const AeadKey key = AeadKey::Generate();
  const std::string sealed = Seal(key, "hush", "tenant/T1");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string damaged = sealed;
    damaged[i] ^= 1;
    EXPECT_EQ(Open(key, damaged, "tenant/T1").status().code(), absl::StatusCode::kDataLoss) << i;
  }
  for (size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(Open(key, absl::string_view(sealed).substr(0, size), "tenant/T1").ok()) << size;
  }
}

TEST(AeadTest, AnotherRowOrAnotherKeyKeepsItShut) {
  const AeadKey key = AeadKey::Generate();
  const std::string sealed = Seal(key, "hush", "tenant/T1");
  EXPECT_FALSE(Open(key, sealed, "tenant/T2").ok());
  EXPECT_FALSE(Open(AeadKey::Generate(), sealed, "tenant/T1").ok());
}

TEST(AeadKeyTest, IsReadRawOrInHexadecimal) {
  const TempFolder folder;
  const std::string path = folder.path("key");
  const std::string bytes(kAeadKeyBytes, '\xab');
  for (const std::string& contents : {bytes, ToHex(bytes), ToHex(bytes) + "\n"}) {
    ASSERT_TRUE(WriteFileAtomically(path, contents, 0600).ok());
    const absl::StatusOr<AeadKey> key = AeadKey::FromFile(path);
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ(key->bytes().Reveal(), bytes);
  }
}

TEST(AeadKeyTest, AnythingElseIsRefusedWithWhatWouldBeRight) {
  const TempFolder folder;
  const std::string path = folder.path("key");
  for (const std::string& contents : {std::string(), std::string(31, 'k'), std::string(64, 'g')}) {
    ASSERT_TRUE(WriteFileAtomically(path, contents, 0600).ok());
    const absl::Status status = AeadKey::FromFile(path).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(status.message().find("openssl rand -hex 32"), absl::string_view::npos) << status;
  }
  ASSERT_TRUE(WriteFileAtomically(path, std::string(32, 'k'), 0644).ok());
  EXPECT_EQ(AeadKey::FromFile(path).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(AeadKey::FromBytes(Secret("short")).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace realm
