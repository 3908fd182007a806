// The simulator's only chance: small, its own, and the same on every machine.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_RANDOM_H_
#define REALMSHIFT_TESTS_SIM_WORLD_RANDOM_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/numeric/int128.h"
#include "absl/time/time.h"

namespace realm::sim {

// xoshiro256**, seeded by splitmix64. The library's distributions differ between implementations;
// the mappings below are written out.
class Random {
 public:
  explicit Random(uint64_t seed) {
    for (uint64_t& word : state_) {
      seed += 0x9e3779b97f4a7c15;
      uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
      z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
      word = z ^ (z >> 31);
    }
  }

  uint64_t Next() {
    const uint64_t result = Rotate(state_[1] * 5, 7) * 9;
    const uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = Rotate(state_[3], 45);
    return result;
  }

  // 0 to bound - 1. REQUIRES: bound > 0.
  int64_t Below(int64_t bound) {
    return static_cast<int64_t>(
        absl::Uint128High64(absl::uint128(Next()) * static_cast<uint64_t>(bound)));
  }
  // Both ends included.
  int64_t Between(int64_t least, int64_t most) { return least + Below(most - least + 1); }
  absl::Duration Between(absl::Duration least, absl::Duration most) {
    return absl::Microseconds(
        Between(absl::ToInt64Microseconds(least), absl::ToInt64Microseconds(most)));
  }
  // In parts of a thousand.
  bool Chance(int64_t per_mille) { return Below(1000) < per_mille; }

  std::string Bytes(int count) {
    std::string out;
    while (out.size() < static_cast<size_t>(count)) {
      uint64_t word = Next();
      for (int i = 0; i < 8; ++i, word >>= 8)
        out.push_back(static_cast<char>(word & 0xff));
    }
    out.resize(static_cast<size_t>(count));
    return out;
  }

 private:
  static uint64_t Rotate(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

  std::array<uint64_t, 4> state_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_RANDOM_H_
