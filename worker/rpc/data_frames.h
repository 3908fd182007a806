// What a source realm's worker sends, checked where it comes in: another realm's fault must not
// become this one's. Only shapes and sizes are looked at here; whether the records are right is
// what the digests are for.

#ifndef REALMSHIFT_WORKER_RPC_DATA_FRAMES_H_
#define REALMSHIFT_WORKER_RPC_DATA_FRAMES_H_

#include "absl/status/statusor.h"

#include "realm/v1/data.pb.h"
#include "worker/connector/connector.h"
#include "worker/job/source_realm.h"

namespace realm::worker {

// INVALID_ARGUMENT, for all of them: a count is negative or larger than what it counts can be; the
// message names the field. The job fails, as no other worker of the realm would send another frame.

absl::StatusOr<SourceDataset> FromFrame(const v1::DescribeDatasetResponse& frame);

// The last frame, and no other, becomes a page or range without records.
absl::StatusOr<Page> FromFrame(v1::ReadPagesResponse frame);
absl::StatusOr<RangeDigest> FromFrame(v1::ReadDigestsResponse frame);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_RPC_DATA_FRAMES_H_
