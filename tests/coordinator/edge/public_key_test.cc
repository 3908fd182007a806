#include "coordinator/edge/public_key.h"

#include "gtest/gtest.h"

#include "common/signing.h"
#include "coordinator/edge/sign_token.h"

namespace realm::edge {
namespace {

TEST(PublicKeyTest, RefusesWhatIsNoRsaKey) {
  EXPECT_FALSE(PublicKey::FromPem("").ok());
  EXPECT_FALSE(
      PublicKey::FromPem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----").ok());
  EXPECT_FALSE(PublicKey::FromPem(SigningKey::Generate().verifying_key().ToPem()).ok());
}

TEST(PublicKeyTest, RefusesNumbersThatAreNoKey) {
  const std::string modulus = "\x01" + std::string(254, '\x02') + "\x03";
  const std::string exponent = "\x01\x00\x01";
  EXPECT_FALSE(PublicKey::FromRsa("", exponent).ok());
  EXPECT_FALSE(PublicKey::FromRsa("\x03", exponent).ok());
  EXPECT_FALSE(PublicKey::FromRsa(modulus.substr(0, 128) + "\x03", std::string(3, '\1')).ok());
  EXPECT_FALSE(PublicKey::FromRsa(std::string(2048, '\x03'), std::string("\1\0\1", 3)).ok());
  EXPECT_FALSE(PublicKey::FromRsa(std::string(256, '\x02'), std::string("\1\0\1", 3)).ok());
  EXPECT_FALSE(PublicKey::FromRsa(std::string(256, '\x03'), "\x01").ok());
  EXPECT_FALSE(PublicKey::FromRsa(std::string(256, '\x03'), "\x02").ok());
  EXPECT_TRUE(PublicKey::FromRsa(std::string(256, '\xff'), std::string("\1\0\1", 3)).ok());
}

}  // namespace
}  // namespace realm::edge
