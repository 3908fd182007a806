// A mark outside the database of how far it got, so that a database that comes back shorter than it
// was is noticed. RocksDB alone does not notice: it opens without a word when its log's last record
// is cut off or the log is gone.
//
// The file has two slots of 4 KiB, written in turn, each whole and with a digest: whatever
// interrupts a write, the other slot is there. Its bytes are in docs/formats/store.md.
//
// What it protects from. Write goes to the operating system's page cache: nothing that ends only
// the process, SIGKILL included, can make the mark older than what was acknowledged. Sync brings it
// to the disk: after a power cut the mark is at most kMarkLagMax batches behind what was
// acknowledged. A power cut alone loses nothing, as the database's own log is synced with each
// batch; what passes unseen is a power cut that also cuts the log, by fewer batches than that.
//
// Thread safety: one thread at a time.

#ifndef REALMSHIFT_COORDINATOR_STORE_HIGH_WATER_H_
#define REALMSHIFT_COORDINATOR_STORE_HIGH_WATER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "coordinator/store/head.h"
#include "coordinator/store/manifest.h"

namespace realm::coordinator {

// A sync of the mark with each batch would nearly double its cost (see docs/formats/store.md); one
// in 64 is lost in the noise.
constexpr uint64_t kMarkLagMax = 64;

struct Mark {
  StoreHead head;
  ManifestSeen manifest;
};
bool operator==(const Mark& a, const Mark& b);

class HighWaterFile {
 public:
  // The newest mark in the file. NOT_FOUND: there is no file. DATA_LOSS: no slot is whole.
  static absl::StatusOr<Mark> Read(const std::string& path);

  // Replaces the file, if there is one, by one that says `mark`; it is on the disk when this
  // returns. Any error of the system.
  static absl::Status Create(const std::string& path, const Mark& mark);

  // Opens the file for writing. What it says stays until the next Write. Errors as of Read, and any
  // error of the system.
  static absl::StatusOr<std::unique_ptr<HighWaterFile>> Open(const std::string& path);

  ~HighWaterFile();
  HighWaterFile(const HighWaterFile&) = delete;
  HighWaterFile& operator=(const HighWaterFile&) = delete;

  // Whoever reads the file from now on finds `mark`. An error is an unknown result.
  absl::Status Write(const Mark& mark);

  // All that was written is on the disk. An error is an unknown result.
  absl::Status Sync();

 private:
  HighWaterFile(int descriptor, uint64_t write_count)
      : descriptor_(descriptor), write_count_(write_count) {}

  const int descriptor_;
  // Of all writes ever; its last bit is the slot.
  uint64_t write_count_;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_HIGH_WATER_H_
