// Every bound of the system, with its reason. Configuration may lower some of
// these; nothing may exceed them.
#ifndef REALMSHIFT_COMMON_LIMITS_H_
#define REALMSHIFT_COMMON_LIMITS_H_

#include <cstdint>

#include "absl/time/time.h"

namespace realm {

// --- Names ---------------------------------------------------------------
// Forge installation ids are about 80 bytes; Connect's clientKey 36.
constexpr int kIdBytesMax = 256;
// A key is part of store keys; longer realm codes than this do not exist.
constexpr int kRealmCodeBytesMax = 16;

// --- Hooks ---------------------------------------------------------------
// The platform's bodies are under 300 bytes (requirement P12 asks for a bound).
constexpr int kHookBodyBytesMax = 64 * 1024;
constexpr int kHookJsonDepthMax = 8;
// The platform gives up on a hook after about 5 s.
constexpr absl::Duration kHookDeadline = absl::Seconds(4);

// --- Migrations ----------------------------------------------------------
// The platform names at most three transfers; more cost nothing but row size.
constexpr int kTransfersMax = 16;
constexpr int kDatasetsPerTransferMax = 64;
constexpr int kTablesPerDatasetMax = 256;
constexpr absl::Duration kWindowMin = absl::Minutes(1);
constexpr absl::Duration kWindowMax = absl::Hours(24 * 7);
// How far ahead a window may be scheduled.
constexpr absl::Duration kScheduleAheadMax = absl::Hours(24 * 366);
// Realms a directory entry remembers; the audit trail keeps the rest.
constexpr int kPreviousRealmsMax = 32;

// --- The coordinator's engine ---------------------------------------------
// Inputs waiting to be stepped. Past it callers are told UNAVAILABLE at once.
constexpr int kInboxMax = 16 * 1024;
// Inputs in one synced write: bounds the latency of the first of them.
constexpr int kDrainMax = 1024;
constexpr int kPageSizeDefault = 50;
constexpr int kPageSizeMax = 1000;
// Changes a slow watcher may lag behind before it is told to start again.
constexpr int kWatchBacklogMax = 4096;

// --- Dispatch ---------------------------------------------------------------
// A worker frame is its full state, so slots bound the frame.
constexpr int kWorkerSlotsMax = 1024;
constexpr int kWorkersMax = 4096;
constexpr absl::Duration kLeaseDefault = absl::Seconds(15);
constexpr absl::Duration kFramePeriodDefault = absl::Seconds(3);
// Abseil's arithmetic on durations is not constexpr, so the four periods are written out.
static_assert(kFramePeriodDefault == absl::Seconds(3) && kLeaseDefault >= absl::Seconds(4 * 3),
              "a worker may lose two frames in a row and keep its lease");
// A ticket's life: longer than a copy, and a copy that outlives it is leased anew.
constexpr absl::Duration kTicketLife = absl::Hours(24);
constexpr absl::Duration kRetryBase = absl::Milliseconds(500);
constexpr absl::Duration kRetryCap = absl::Minutes(2);
// Consecutive failed attempts after which a copy fails the migration, and
// after which any other job raises `stuck` and goes on.
constexpr int kAttemptsMax = 8;

// --- Data -------------------------------------------------------------------
// 256 KiB is the knee of gRPC's cost per byte.
constexpr int64_t kPageBytes = 256 * 1024;
// One record; larger ones are refused by name of table and digest of key.
constexpr int64_t kRecordBytesMax = 64 * 1024 * 1024;
// Records in one range of a digest, of a repair and of a purge's transaction.
constexpr int kRangeRecords = 4096;
// And their bytes: a range ends at whichever comes first.
constexpr int64_t kRangeBytesMax = 8 * 1024 * 1024;
// Passes a copy makes before it reports that the source changes too fast.
constexpr int kCopyPassesMax = 8;
// gRPC messages; a page may hold one record above kPageBytes.
constexpr int kGrpcMessageBytesMax = 4 * 1024 * 1024;
constexpr int kGrpcDataMessageBytesMax = 80 * 1024 * 1024;
static_assert(kGrpcDataMessageBytesMax > kRecordBytesMax + kPageBytes,
              "the largest record fits into one page");
constexpr int kErrorTextBytesMax = 512;

}  // namespace realm

#endif  // REALMSHIFT_COMMON_LIMITS_H_
