#include "common/certs.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/openssl.h"
#include "common/pem.h"
#include "common/random.h"
#include "common/status_macros.h"

namespace realm {
namespace {

using openssl::Bytes;
using openssl::Owned;

Owned<EVP_PKEY> MakeKey() {
  Owned<EVP_PKEY> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  REALM_CHECK(key != nullptr);
  return key;
}

// What every certificate here has: version 3, a random serial number, its name and its times.
Owned<X509> Draft(absl::string_view common_name, const Validity& validity, EVP_PKEY* key) {
  Owned<X509> certificate(X509_new());
  REALM_CHECK(X509_set_version(certificate.get(), X509_VERSION_3));
  // 63 bits: a serial number is a positive integer.
  ASN1_INTEGER* const serial = X509_get_serialNumber(certificate.get());
  REALM_CHECK(ASN1_INTEGER_set_uint64(serial, RandomBits() >> 1));
  REALM_CHECK(
      ASN1_TIME_set(X509_getm_notBefore(certificate.get()), absl::ToTimeT(validity.not_before)));
  REALM_CHECK(
      ASN1_TIME_set(X509_getm_notAfter(certificate.get()), absl::ToTimeT(validity.not_after)));
  REALM_CHECK(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN",
                                         MBSTRING_UTF8, Bytes(common_name),
                                         static_cast<int>(common_name.size()), -1, 0));
  REALM_CHECK(X509_set_pubkey(certificate.get(), key));
  return certificate;
}

void AddExtension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
  REALM_CHECK(extension != nullptr && X509_add_ext(certificate, extension.get(), -1), value);
}

// Not through AddExtension: its text form gives commas and colons in the URI a meaning.
void AddUri(X509* certificate, absl::string_view uri) {
  ASN1_IA5STRING* const text = ASN1_IA5STRING_new();
  GENERAL_NAME* const name = GENERAL_NAME_new();
  GENERAL_NAMES* const names = GENERAL_NAMES_new();
  REALM_CHECK(ASN1_STRING_set(text, uri.data(), static_cast<int>(uri.size())));
  GENERAL_NAME_set0_value(name, GEN_URI, text);
  REALM_CHECK(sk_GENERAL_NAME_push(names, name));
  REALM_CHECK(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, 0) == 1);
  GENERAL_NAMES_free(names);
}

CertificateAndKey Sign(X509* certificate, const EVP_PKEY* key, EVP_PKEY* signer) {
  REALM_CHECK(X509_sign(certificate, signer, EVP_sha256()) > 0);
  return {pem_internal::WriteCertificate(certificate), pem_internal::WritePrivateKey(key)};
}

absl::Time ToTime(const ASN1_TIME* time) {
  std::tm broken_down{};
  REALM_CHECK(ASN1_TIME_to_tm(time, &broken_down));
  return absl::FromTM(broken_down, absl::UTCTimeZone());
}

std::vector<std::string> UrisIn(const X509* certificate) {
  std::vector<std::string> uris;
  auto* const names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* const uri = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                      ASN1_STRING_length(uri));
  }
  GENERAL_NAMES_free(names);
  return uris;
}

}  // namespace

CertificateAndKey MakeCa(absl::string_view common_name, const Validity& validity) {
  const Owned<EVP_PKEY> key = MakeKey();
  const Owned<X509> certificate = Draft(common_name, validity, key.get());
  X509* const self = certificate.get();
  REALM_CHECK(X509_set_issuer_name(self, X509_get_subject_name(self)));
  AddExtension(self, self, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  AddExtension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign");
  AddExtension(self, self, NID_subject_key_identifier, "hash");
  return Sign(self, key.get(), key.get());
}

absl::StatusOr<CertificateAndKey> IssueLeaf(const CertificateAndKey& authority,
                                            absl::string_view uri, const Validity& validity) {
  RETURN_IF_ERROR(CheckKeyFits(authority.certificate_pem, authority.key_pem));
  const Owned<X509> issuer = pem_internal::ReadCertificate(authority.certificate_pem);
  const Owned<EVP_PKEY> signer = pem_internal::ReadPrivateKey(authority.key_pem);
  const Owned<EVP_PKEY> key = MakeKey();
  const Owned<X509> certificate = Draft("realmshift", validity, key.get());
  X509* const leaf = certificate.get();
  REALM_CHECK(X509_set_issuer_name(leaf, X509_get_subject_name(issuer.get())));
  AddExtension(leaf, issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
  AddExtension(leaf, issuer.get(), NID_key_usage, "critical,digitalSignature");
  AddExtension(leaf, issuer.get(), NID_ext_key_usage, "serverAuth,clientAuth");
  AddExtension(leaf, issuer.get(), NID_authority_key_identifier, "keyid");
  AddUri(leaf, uri);
  return Sign(leaf, key.get(), signer.get());
}

absl::StatusOr<CertificateSummary> SummarizeCertificate(absl::string_view pem) {
  const Owned<X509> certificate = pem_internal::ReadCertificate(pem);
  if (certificate == nullptr) return absl::InvalidArgumentError("not a certificate in PEM");
  return CertificateSummary{UrisIn(certificate.get()),
                            {ToTime(X509_get0_notBefore(certificate.get())),
                             ToTime(X509_get0_notAfter(certificate.get()))}};
}

absl::StatusOr<PeerIdentity> IdentityInCertificate(absl::string_view pem) {
  ASSIGN_OR_RETURN(const CertificateSummary summary, SummarizeCertificate(pem));
  if (summary.uris.size() != 1) {
    return absl::InvalidArgumentError(absl::StrCat("the certificate names ", summary.uris.size(),
                                                   " URIs; an identity is exactly one"));
  }
  return ParseIdentity(summary.uris.front());
}

absl::Status CheckKeyFits(absl::string_view certificate_pem, const Secret& key_pem) {
  const Owned<X509> certificate = pem_internal::ReadCertificate(certificate_pem);
  if (certificate == nullptr) return absl::InvalidArgumentError("not a certificate in PEM");
  const Owned<EVP_PKEY> key = pem_internal::ReadPrivateKey(key_pem);
  if (key == nullptr) return absl::InvalidArgumentError("not an unencrypted private key in PEM");
  const bool fits = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (fits) return absl::OkStatus();
  return absl::FailedPreconditionError("the private key is not the certificate's");
}

}  // namespace realm
