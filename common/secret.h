// Bytes that must not reach a log, a metric, an error, an audit row or a core file by accident.

#ifndef REALMSHIFT_COMMON_SECRET_H_
#define REALMSHIFT_COMMON_SECRET_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace realm {

// Holds its own copy of a secret and overwrites it when it goes. Nothing prints it: it does not
// stream, does not convert to a string and is no field of a log line. Reveal() is easy to search
// for in review.
//
// Thread safety: as a std::string.
class Secret {
 public:
  Secret() = default;
  explicit Secret(absl::string_view bytes) : bytes_(bytes.begin(), bytes.end()) {}
  // Takes the bytes and overwrites the string they came in.
  explicit Secret(std::string&& bytes);
  // So that a literal, which is no secret, picks the copying one.
  explicit Secret(const char* bytes) : Secret(absl::string_view(bytes)) {}

  Secret(const Secret&) = default;
  Secret(Secret&&) = default;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { Wipe(); }

  // The bytes, for as long as this lives unchanged. Do not copy them into a std::string.
  absl::string_view Reveal() const { return {bytes_.data(), bytes_.size()}; }

  bool empty() const { return bytes_.empty(); }
  size_t size() const { return bytes_.size(); }

  // Takes as long whether they differ in the first byte or in the last.
  friend bool operator==(const Secret& a, const Secret& b);
  friend bool operator!=(const Secret& a, const Secret& b) { return !(a == b); }

  template <typename Stream>
  friend Stream& operator<<(Stream& stream, const Secret& secret) = delete;

 private:
  void Wipe();

  // A vector and not a string: a string keeps short values inside itself, and a move would leave
  // them behind.
  std::vector<char> bytes_;
};

}  // namespace realm

#endif  // REALMSHIFT_COMMON_SECRET_H_
