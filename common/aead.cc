#include "common/aead.h"

#include <openssl/err.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/digest.h"
#include "common/files.h"
#include "common/openssl.h"
#include "common/random.h"
#include "common/status_macros.h"

namespace realm {
namespace {

constexpr int kNonceBytes = 12;
constexpr int kTagBytes = 16;
static_assert(kNonceBytes + kTagBytes == kAeadOverheadBytes);

using Cipher = openssl::Owned<EVP_CIPHER_CTX>;
using openssl::Bytes;

unsigned char* Bytes(char* text) {
  return reinterpret_cast<unsigned char*>(text);
}

// A cipher that has been given key, nonce and associated data; `encrypts` is EVP's 1 or 0.
Cipher Begin(const AeadKey& key, absl::string_view nonce, absl::string_view associated_data,
             int encrypts) {
  Cipher context(EVP_CIPHER_CTX_new());
  int ignored = 0;
  REALM_CHECK(context && EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr,
                                           Bytes(key.bytes().Reveal()), Bytes(nonce), encrypts));
  REALM_CHECK(EVP_CipherUpdate(context.get(), nullptr, &ignored, Bytes(associated_data),
                               static_cast<int>(associated_data.size())));
  return context;
}

}  // namespace

absl::StatusOr<AeadKey> AeadKey::FromBytes(Secret bytes) {
  if (bytes.size() != kAeadKeyBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a key has ", kAeadKeyBytes, " bytes; this one has ", bytes.size()));
  }
  return AeadKey(std::move(bytes));
}

absl::StatusOr<AeadKey> AeadKey::FromFile(const std::string& path) {
  ASSIGN_OR_RETURN(Secret contents, ReadSecretFile(path));
  if (contents.size() == kAeadKeyBytes) return FromBytes(std::move(contents));
  const absl::string_view text = absl::StripAsciiWhitespace(contents.Reveal());
  absl::StatusOr<std::string> bytes = FromHex(text);
  if (!bytes.ok() || bytes->size() != kAeadKeyBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, " holds no key: want 32 bytes or 64 hexadecimal digits (openssl rand -hex 32)"));
  }
  return FromBytes(Secret(*std::move(bytes)));
}

AeadKey AeadKey::Generate() {
  return AeadKey(Secret(RandomBytes(kAeadKeyBytes)));
}

std::string Seal(const AeadKey& key, absl::string_view plaintext,
                 absl::string_view associated_data) {
  std::string sealed = RandomBytes(kNonceBytes);
  const Cipher context = Begin(key, sealed, associated_data, /*encrypts=*/1);
  sealed.resize(kAeadOverheadBytes + plaintext.size());
  char* const ciphertext = &sealed[kNonceBytes];
  char* const tag = ciphertext + plaintext.size();
  int length = 0;
  REALM_CHECK(EVP_CipherUpdate(context.get(), Bytes(ciphertext), &length, Bytes(plaintext),
                               static_cast<int>(plaintext.size())));
  REALM_CHECK(EVP_CipherFinal_ex(context.get(), Bytes(tag), &length));
  REALM_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag));
  return sealed;
}

absl::StatusOr<Secret> Open(const AeadKey& key, absl::string_view sealed,
                            absl::string_view associated_data) {
  const absl::Status damaged = absl::DataLossError("the sealed value does not open with this key");
  if (sealed.size() < kAeadOverheadBytes) return damaged;
  const absl::string_view nonce = sealed.substr(0, kNonceBytes);
  const absl::string_view ciphertext =
      sealed.substr(kNonceBytes, sealed.size() - kAeadOverheadBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  const Cipher context = Begin(key, nonce, associated_data, /*encrypts=*/0);
  std::string plaintext(ciphertext.size(), '\0');
  int length = 0;
  REALM_CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, &tag[0]));
  REALM_CHECK(EVP_CipherUpdate(context.get(), Bytes(&plaintext[0]), &length, Bytes(ciphertext),
                               static_cast<int>(ciphertext.size())));
  Secret opened(std::move(plaintext));
  if (EVP_CipherFinal_ex(context.get(), Bytes(&tag[0]), &length) != 1) {
    // What is left in this thread's error queue would be blamed on the next TLS call.
    ERR_clear_error();
    return damaged;
  }
  return opened;
}

}  // namespace realm
