// Shared by the jobs that delete.

#ifndef REALMSHIFT_WORKER_JOB_ERASURE_H_
#define REALMSHIFT_WORKER_JOB_ERASURE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "worker/connector/connector.h"

namespace realm::worker {

// How many records of the tenant the store still holds in any table, counted through both read
// paths; the larger of the two, and never more than about a page and a range of each table, since
// anything but 0 is the same bad news.
absl::StatusOr<int64_t> CountLeft(Connector& connector, absl::string_view digest_key);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_JOB_ERASURE_H_
