#include "common/signing.h"

#include <gtest/gtest.h>

#include "common/certs.h"
#include "common/digest.h"
#include "common/files.h"
#include "tests/support/temp_folder.h"

namespace realm {
namespace {

TEST(SigningTest, AGoodSignatureVerifiesAndAnyChangeDoesNot) {
  const SigningKey key = SigningKey::Generate();
  const std::string signature = key.Sign("ticket");
  EXPECT_EQ(signature.size(), kSignatureBytes);
  EXPECT_TRUE(key.verifying_key().Verifies("ticket", signature));
  EXPECT_FALSE(key.verifying_key().Verifies("tickeu", signature));
  EXPECT_FALSE(key.verifying_key().Verifies("ticket", ""));
  EXPECT_FALSE(key.verifying_key().Verifies("ticket", signature + "x"));
  for (size_t i = 0; i < signature.size(); ++i) {
    std::string changed = signature;
    changed[i] ^= 1;
    EXPECT_FALSE(key.verifying_key().Verifies("ticket", changed)) << i;
  }
  EXPECT_FALSE(SigningKey::Generate().verifying_key().Verifies("ticket", signature));
}

TEST(SigningTest, SignsAsThePublishedVectorSays) {
  // RFC 8032, section 7.1, test 2, its secret key wrapped as PKCS #8.
  const absl::StatusOr<SigningKey> key = SigningKey::FromPem(
      Secret("-----BEGIN PRIVATE KEY-----\n"
             "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
             "-----END PRIVATE KEY-----\n"));
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(ToHex(key->Sign("r")),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST(SigningTest, KeysSurviveAFile) {
  const TempFolder folder;
  const SigningKey key = SigningKey::Generate();
  ASSERT_TRUE(WriteFileAtomically(folder.path("key"), key.ToPem().Reveal(), 0600).ok());
  const absl::StatusOr<SigningKey> read = SigningKey::FromFile(folder.path("key"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->Sign("ticket"), key.Sign("ticket"));
  const absl::StatusOr<VerifyingKey> verifying = VerifyingKey::FromPem(key.verifying_key().ToPem());
  ASSERT_TRUE(verifying.ok()) << verifying.status();
  EXPECT_EQ(verifying->id(), key.verifying_key().id());
  EXPECT_EQ(verifying->id().size(), 16u);
  EXPECT_TRUE(verifying->Verifies("ticket", key.Sign("ticket")));
}

TEST(SigningTest, OtherThingsAreNoKeys) {
  const SigningKey key = SigningKey::Generate();
  EXPECT_FALSE(SigningKey::FromPem(Secret("nonsense")).ok());
  EXPECT_FALSE(SigningKey::FromPem(Secret(key.verifying_key().ToPem())).ok());
  EXPECT_FALSE(VerifyingKey::FromPem("").ok());
  // A sound key of another kind.
  const Validity validity{absl::UnixEpoch(), absl::UnixEpoch() + absl::Hours(1)};
  EXPECT_FALSE(SigningKey::FromPem(MakeCa("authority", validity).key_pem).ok());
}

TEST(SigningTest, AKeyThatOthersMayReadIsRefused) {
  const TempFolder folder;
  ASSERT_TRUE(
      WriteFileAtomically(folder.path("key"), SigningKey::Generate().ToPem().Reveal(), 0644).ok());
  EXPECT_EQ(SigningKey::FromFile(folder.path("key")).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace realm
