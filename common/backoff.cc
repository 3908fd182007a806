#include "common/backoff.h"

#include <algorithm>

#include "common/check.h"

namespace realm {
namespace {

// The output function of SplitMix64: every bit of the input moves about half of the output's.
uint64_t Mix(uint64_t bits) {
  bits += 0x9e3779b97f4a7c15;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31);
}

// In [0, 1), from the 53 bits a double can hold.
double Fraction(uint64_t bits) {
  return static_cast<double>(bits >> 11) / (uint64_t{1} << 53);
}

}  // namespace

absl::Duration BackoffDelay(int64_t attempt, absl::Duration base, absl::Duration cap,
                            uint64_t seed) {
  REALM_CHECK(attempt >= 1 && base > absl::ZeroDuration() && base <= cap, "attempt=", attempt);
  // Past 2^62 the product is larger than any cap; absl::Duration saturates, the shift would not.
  const int64_t doublings = std::min<int64_t>(attempt - 1, 62);
  const absl::Duration ceiling = std::min(cap, base * (int64_t{1} << doublings));
  return ceiling * Fraction(Mix(seed ^ Mix(static_cast<uint64_t>(attempt))));
}

}  // namespace realm
