// The coordinator's disk, and the store on it, with everything that a disk does wrong.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_SIM_DISK_H_
#define REALMSHIFT_TESTS_SIM_WORLD_SIM_DISK_H_

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/store/memory_store.h"
#include "tests/sim/world/call.h"
#include "tests/sim/world/ground.h"

namespace realm::sim {

// Thrown where the real program would end at once: in the middle of a write.
struct ProcessEnd {
  std::string why;
};

// What the disk is about to do to the next writes.
struct DiskTrouble {
  bool crash_before = false;
  bool crash_after = false;
  bool sync_error = false;  // The write may be there or not, and the program ends.
  int full = 0;
  absl::Duration slow;
};

// What outlives the coordinator's process, with copies of how it was.
class SimDisk {
 public:
  explicit SimDisk(Ground* ground) : ground_(ground) {}

  const std::shared_ptr<coordinator::MemoryDisk>& content() const { return content_; }
  DiskTrouble& trouble() { return trouble_; }

  // Keeps a copy; the oldest is dropped when there are too many.
  void Backup();
  // The content as it was when the newest copy that is at least `age` old was made, or the oldest
  // there is. As an operator who accepts the loss, it raises the generation above all before.
  void Restore(absl::Duration age);

 private:
  struct Copy {
    absl::Duration at;
    coordinator::MemoryDisk content;
  };

  Ground* const ground_;
  std::shared_ptr<coordinator::MemoryDisk> content_ = std::make_shared<coordinator::MemoryDisk>();
  DiskTrouble trouble_;
  std::deque<Copy> copies_;
};

// The store of one life of the coordinator. Apply is called in its fiber.
class SimDiskStore final : public coordinator::Store {
 public:
  SimDiskStore(Ground* ground, SimDisk* disk, Life life)
      : ground_(ground), disk_(disk), life_(life), inner_(disk->content()) {}

  coordinator::StoreState Info() const override { return inner_.Info(); }
  absl::Status Apply(const coordinator::Batch& batch) override;
  absl::StatusOr<std::vector<coordinator::Row>> Scan(absl::string_view prefix,
                                                     absl::string_view after,
                                                     int limit) const override {
    return inner_.Scan(prefix, after, limit);
  }
  absl::StatusOr<std::optional<coordinator::Row>> Get(absl::string_view key) const override {
    return inner_.Get(key);
  }

 private:
  absl::Status Write(const coordinator::Batch& batch);

  Ground* const ground_;
  SimDisk* const disk_;
  const Life life_;
  coordinator::MemoryStore inner_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_SIM_DISK_H_
