#include "common/certs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace realm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Validity kYear{absl::FromUnixSeconds(1'900'000'000), absl::FromUnixSeconds(1'931'536'000)};
constexpr absl::string_view kUri = "spiffe://realmshift/worker/EU/eu-1";

TEST(CertsTest, ALeafSaysWhoItIsAndForHowLong) {
  const CertificateAndKey authority = MakeCa("Authority", kYear);
  const absl::StatusOr<CertificateAndKey> leaf = IssueLeaf(authority, kUri, kYear);
  ASSERT_TRUE(leaf.ok()) << leaf.status();
  const absl::StatusOr<CertificateSummary> summary = SummarizeCertificate(leaf->certificate_pem);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_THAT(summary->uris, ElementsAre(std::string(kUri)));
  EXPECT_EQ(summary->validity.not_before, kYear.not_before);
  EXPECT_EQ(summary->validity.not_after, kYear.not_after);
  EXPECT_EQ(IdentityInCertificate(leaf->certificate_pem)->name, "eu-1");
}

TEST(CertsTest, AnAuthorityHasNoIdentity) {
  const CertificateAndKey authority = MakeCa("Authority", kYear);
  EXPECT_THAT(SummarizeCertificate(authority.certificate_pem)->uris, IsEmpty());
  EXPECT_EQ(IdentityInCertificate(authority.certificate_pem).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(CertsTest, AUriIsTakenAsItIs) {
  const CertificateAndKey authority = MakeCa("Authority", kYear);
  const absl::string_view odd = "spiffe://realmshift/worker/EU/a,URI:spiffe://realmshift/x";
  const absl::StatusOr<CertificateAndKey> leaf = IssueLeaf(authority, odd, kYear);
  ASSERT_TRUE(leaf.ok()) << leaf.status();
  EXPECT_THAT(SummarizeCertificate(leaf->certificate_pem)->uris, ElementsAre(std::string(odd)));
}

TEST(CertsTest, KeysFitTheirOwnCertificateOnly) {
  const CertificateAndKey one = MakeCa("One", kYear);
  const CertificateAndKey two = MakeCa("Two", kYear);
  EXPECT_TRUE(CheckKeyFits(one.certificate_pem, one.key_pem).ok());
  EXPECT_EQ(CheckKeyFits(one.certificate_pem, two.key_pem).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(CheckKeyFits("nonsense", one.key_pem).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CheckKeyFits(one.certificate_pem, Secret("nonsense")).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(IssueLeaf({one.certificate_pem, two.key_pem}, kUri, kYear).ok());
}

TEST(CertsTest, OtherThingsAreNoCertificates) {
  EXPECT_EQ(SummarizeCertificate("").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(SummarizeCertificate("-----BEGIN CERTIFICATE-----\nAAAA\n").ok());
}

}  // namespace
}  // namespace realm
