// SHA-256 and HMAC-SHA-256, whole or in pieces. A digest is kDigestBytes raw bytes in a string.
//
// OpenSSL does the work: 1.25 GB/s on one core with the processor's SHA instructions.

#ifndef REALMSHIFT_COMMON_DIGEST_H_
#define REALMSHIFT_COMMON_DIGEST_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace realm {

inline constexpr size_t kDigestBytes = 32;

std::string Sha256(absl::string_view bytes);
std::string HmacSha256(absl::string_view key, absl::string_view bytes);

// Lower-case hexadecimal, two digits a byte.
std::string ToHex(absl::string_view bytes);
// InvalidArgument: an odd length, or a character that is no hexadecimal digit.
absl::StatusOr<std::string> FromHex(absl::string_view text);

// Takes as long whether they differ in the first byte or in the last. Different lengths are unequal
// at once: the length of a digest or a signature is no secret.
bool ConstantTimeEquals(absl::string_view a, absl::string_view b);

// HMAC-SHA-256 of a stream of pieces, for the digests of ranges. The key is set up once; small
// pieces are gathered, so that a row of many short fields costs one call into OpenSSL in a while.
//
//   KeyedDigest digest(key);
//   for (const Row& row : rows) digest.UpdateSized(row.bytes);
//   const std::string range = digest.Finish();   // and from here it is a new stream, same key
//
// Thread safety: one thread at a time.
class KeyedDigest {
 public:
  explicit KeyedDigest(absl::string_view key);
  ~KeyedDigest();
  KeyedDigest(KeyedDigest&&) noexcept;
  KeyedDigest& operator=(KeyedDigest&&) noexcept;

  void Update(absl::string_view bytes);

  // What UpdateSized adds to a piece.
  static constexpr int64_t kLengthBytes = 8;
  // The length of `bytes` as eight bytes, big end first, then `bytes`: no two different sequences
  // of pieces give the same stream.
  void UpdateSized(absl::string_view bytes);

  // The digest of everything since the beginning or the last Finish.
  std::string Finish();

 private:
  struct State;
  void Flush();

  std::unique_ptr<State> state_;
  std::array<char, 4096> gathered_;
  size_t gathered_bytes_ = 0;
};

}  // namespace realm

#endif  // REALMSHIFT_COMMON_DIGEST_H_
