#include "common/digest.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "absl/strings/escaping.h"

#include "common/check.h"
#include "common/openssl.h"

namespace realm {
namespace {

// RFC 2104: SHA-256 works on blocks of 64 bytes.
constexpr size_t kBlockBytes = 64;

using Context = openssl::Owned<EVP_MD_CTX>;

// None of these calls fails with valid arguments except when memory is gone.
void Add(EVP_MD_CTX* context, absl::string_view bytes) {
  REALM_CHECK(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
}

std::string End(EVP_MD_CTX* context) {
  std::string digest(kDigestBytes, '\0');
  REALM_CHECK(EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(&digest[0]), nullptr));
  return digest;
}

// Looked up once: for short texts the look-up takes longer than the digest.
const EVP_MD* Algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  REALM_CHECK(fetched != nullptr);
  return fetched;
}

void BeginAgain(EVP_MD_CTX* context) {
  REALM_CHECK(EVP_DigestInit_ex(context, Algorithm(), nullptr) == 1);
}

Context Begin() {
  Context context(EVP_MD_CTX_new());
  REALM_CHECK(context != nullptr);
  BeginAgain(context.get());
  return context;
}

// A context that has taken in the key's block, each byte of it changed by `pad`.
Context Keyed(absl::string_view key_block, char pad) {
  std::array<char, kBlockBytes> block;
  block.fill(pad);
  for (size_t i = 0; i < key_block.size(); ++i)
    block[i] = static_cast<char>(key_block[i] ^ pad);
  Context context = Begin();
  Add(context.get(), {block.data(), block.size()});
  OPENSSL_cleanse(block.data(), block.size());
  return context;
}

}  // namespace

std::string Sha256(absl::string_view bytes) {
  thread_local const Context context = Begin();
  BeginAgain(context.get());
  Add(context.get(), bytes);
  return End(context.get());
}

std::string HmacSha256(absl::string_view key, absl::string_view bytes) {
  KeyedDigest digest(key);
  digest.Update(bytes);
  return digest.Finish();
}

std::string ToHex(absl::string_view bytes) {
  return absl::BytesToHexString(bytes);
}

absl::StatusOr<std::string> FromHex(absl::string_view text) {
  const bool digits = std::all_of(text.begin(), text.end(),
                                  [](char c) { return isxdigit(static_cast<unsigned char>(c)); });
  if (!digits || text.size() % 2 != 0) {
    return absl::InvalidArgumentError("not hexadecimal: want an even number of digits 0-9, a-f");
  }
  return absl::HexStringToBytes(text);
}

bool ConstantTimeEquals(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// `inner` and `outer` hold the key and stay as they are; `running` starts each stream as a copy of
// `inner`, which is cheaper than setting the key up again.
struct KeyedDigest::State {
  Context inner;
  Context outer;
  Context running;
};

KeyedDigest::KeyedDigest(absl::string_view key) : state_(std::make_unique<State>()) {
  const std::string hashed = key.size() > kBlockBytes ? Sha256(key) : std::string();
  const absl::string_view block = hashed.empty() ? key : absl::string_view(hashed);
  state_->inner = Keyed(block, 0x36);
  state_->outer = Keyed(block, 0x5c);
  state_->running = Begin();
  REALM_CHECK(EVP_MD_CTX_copy_ex(state_->running.get(), state_->inner.get()) == 1);
}

KeyedDigest::~KeyedDigest() = default;
KeyedDigest::KeyedDigest(KeyedDigest&&) noexcept = default;
KeyedDigest& KeyedDigest::operator=(KeyedDigest&&) noexcept = default;

void KeyedDigest::Update(absl::string_view bytes) {
  const bool gathers = bytes.size() <= gathered_.size() / 2;
  if (!gathers || bytes.size() > gathered_.size() - gathered_bytes_) Flush();
  if (!gathers) {
    Add(state_->running.get(), bytes);
    return;
  }
  std::copy(bytes.begin(), bytes.end(), gathered_.begin() + gathered_bytes_);
  gathered_bytes_ += bytes.size();
}

void KeyedDigest::UpdateSized(absl::string_view bytes) {
  std::array<char, kLengthBytes> length;
  for (size_t i = 0; i < length.size(); ++i) {
    length[i] = static_cast<char>(uint64_t{bytes.size()} >> (56 - 8 * i));
  }
  Update({length.data(), length.size()});
  Update(bytes);
}

void KeyedDigest::Flush() {
  Add(state_->running.get(), {gathered_.data(), gathered_bytes_});
  gathered_bytes_ = 0;
}

std::string KeyedDigest::Finish() {
  Flush();
  EVP_MD_CTX* running = state_->running.get();
  const std::string inner = End(running);
  REALM_CHECK(EVP_MD_CTX_copy_ex(running, state_->outer.get()) == 1);
  Add(running, inner);
  std::string digest = End(running);
  REALM_CHECK(EVP_MD_CTX_copy_ex(running, state_->inner.get()) == 1);
  return digest;
}

}  // namespace realm
