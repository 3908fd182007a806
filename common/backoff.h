// How long to wait before the next try.

#ifndef REALMSHIFT_COMMON_BACKOFF_H_
#define REALMSHIFT_COMMON_BACKOFF_H_

#include <cstdint>

#include "absl/time/time.h"

namespace realm {

// Returns a delay between zero and min(cap, base * 2^(attempt - 1)), spread evenly ("full jitter"),
// so that many who failed together do not come back together.
//
// Pure: the same arguments give the same delay. The seed tells those who wait apart; a job uses a
// number drawn from its id. `attempt` counts from 1, the try that has just failed.
//
// REQUIRES: attempt >= 1, 0 < base <= cap.
absl::Duration BackoffDelay(int64_t attempt, absl::Duration base, absl::Duration cap,
                            uint64_t seed);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_BACKOFF_H_
