#include "tests/sim/world/sim_disk.h"

#include <algorithm>
#include <iterator>

#include "common/seeded_bug.h"
#include "tests/sim/world/fiber.h"

namespace realm::sim {

constexpr size_t kCopiesMax = 24;

void SimDisk::Backup() {
  copies_.push_back({ground_->loop.now(), *content_});
  if (copies_.size() > kCopiesMax) copies_.pop_front();
}

void SimDisk::Restore(absl::Duration age) {
  if (copies_.empty()) return;
  auto chosen = copies_.begin();
  for (auto copy = copies_.begin(); copy != copies_.end(); ++copy) {
    if (copy->at + age <= ground_->loop.now()) chosen = copy;
  }
  const uint64_t generation = std::max(chosen->content.head.generation, content_->head.generation);
  const uint64_t incarnation =
      std::max(chosen->content.head.incarnation, content_->head.incarnation);
  *content_ = chosen->content;
  content_->head.generation = generation + (Seeded(SeededBug::kGenerationKept) ? 0 : 1);
  content_->head.incarnation = incarnation;
  // Newer ones are of a history that has been given up.
  copies_.erase(std::next(chosen), copies_.end());
}

absl::Status SimDiskStore::Apply(const coordinator::Batch& batch) {
  DiskTrouble& trouble = disk_->trouble();
  if (trouble.full > 0) {
    ground_->CountFault("disk-full");
    return absl::ResourceExhaustedError("no room");
  }
  if (std::exchange(trouble.crash_before, false)) throw ProcessEnd{"before a write"};
  // What is written while the coordinator starts belongs to no fiber that could wait.
  if (trouble.slow > absl::ZeroDuration() && Fiber::Running() != nullptr) {
    ground_->CountFault("disk-slow");
    if (!Sleep(ground_->loop, life_, trouble.slow)) {
      // Killed while the write was under way.
      if (ground_->random.Chance(500)) Write(batch).IgnoreError();
      throw ProcessEnd{"in a write"};
    }
  }
  if (std::exchange(trouble.sync_error, false)) {
    if (ground_->random.Chance(500)) Write(batch).IgnoreError();
    throw ProcessEnd{"a sync failed"};
  }
  const absl::Status written = Write(batch);
  if (std::exchange(trouble.crash_after, false)) throw ProcessEnd{"after a write"};
  return written;
}

absl::Status SimDiskStore::Write(const coordinator::Batch& batch) {
  ground_->Count("disk/writes");
  return inner_.Apply(batch);
}

}  // namespace realm::sim
