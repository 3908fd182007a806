// Reads a sequence in a thread of its own, a few items before they are wanted.
//
// So that reading, sending and writing of pages overlap: at the source the store is read while the
// previous page is on its way, and at the target the next page arrives while one is written.

#ifndef REALMSHIFT_WORKER_RPC_READ_AHEAD_H_
#define REALMSHIFT_WORKER_RPC_READ_AHEAD_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace realm::worker {

// Items that wait, whichever bound comes first; one item may exceed the bytes alone.
constexpr size_t kReadAheadItemsMax = 4;
constexpr int64_t kReadAheadBytesMax = 2 * 1024 * 1024;

// Thread safety: one thread at a time.
template <typename Item>
class ReadAhead {
 public:
  // Calls `next` in its thread until it returns an error or an item that is the end, by `is_end`.
  // `size` is an item's bytes. On destruction waits for the call of `next` that is under way.
  ReadAhead(std::function<absl::StatusOr<Item>()> next, std::function<bool(const Item&)> is_end,
            std::function<int64_t(const Item&)> size)
      : next_(std::move(next)),
        is_end_(std::move(is_end)),
        size_(std::move(size)),
        thread_([this] { Run(); }) {}

  ~ReadAhead() {
    {
      absl::MutexLock lock(&mutex_);
      closed_ = true;
    }
    thread_.join();
  }

  // The next item; not to be called after an error or the end. DEADLINE_EXCEEDED without losing
  // anything: there is none after `patience`.
  absl::StatusOr<Item> Next(absl::Duration patience) {
    absl::MutexLock lock(&mutex_);
    if (!mutex_.AwaitWithTimeout(absl::Condition(this, &ReadAhead::HasItem), patience)) {
      return absl::DeadlineExceededError("nothing yet");
    }
    absl::StatusOr<Item> item = std::move(items_.front());
    items_.pop_front();
    if (item.ok()) bytes_ -= size_(*item);
    return item;
  }

 private:
  bool HasItem() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !items_.empty(); }
  bool HasRoom() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return closed_ || (items_.size() < kReadAheadItemsMax && bytes_ < kReadAheadBytesMax);
  }

  void Run() {
    for (;;) {
      {
        absl::MutexLock lock(&mutex_, absl::Condition(this, &ReadAhead::HasRoom));
        if (closed_) return;
      }
      absl::StatusOr<Item> item = next_();
      const bool last = !item.ok() || is_end_(*item);
      absl::MutexLock lock(&mutex_);
      if (item.ok()) bytes_ += size_(*item);
      items_.push_back(std::move(item));
      if (last) return;
    }
  }

  const std::function<absl::StatusOr<Item>()> next_;
  const std::function<bool(const Item&)> is_end_;
  const std::function<int64_t(const Item&)> size_;
  absl::Mutex mutex_;
  std::deque<absl::StatusOr<Item>> items_ ABSL_GUARDED_BY(mutex_);
  int64_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Last: it starts when everything else is there.
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_RPC_READ_AHEAD_H_
