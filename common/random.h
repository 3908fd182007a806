// Unpredictable bits from the system, for keys, nonces and ids. The core and whatever the simulator
// runs get theirs passed in instead.

#ifndef REALMSHIFT_COMMON_RANDOM_H_
#define REALMSHIFT_COMMON_RANDOM_H_

#include <cstdint>
#include <string>

namespace realm {

// `count` random bytes. A machine that has none left stops the program: nothing safe can go on.
std::string RandomBytes(int count);

// 64 random bits.
uint64_t RandomBits();

}  // namespace realm

#endif  // REALMSHIFT_COMMON_RANDOM_H_
