// What waits for the engine: bounded, many producers, one consumer.
#ifndef REALMSHIFT_COORDINATOR_ENGINE_INBOX_H_
#define REALMSHIFT_COORDINATOR_ENGINE_INBOX_H_

#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace realm::coordinator {

template <typename Message>
class Inbox {
 public:
  explicit Inbox(int capacity) : capacity_(static_cast<size_t>(capacity)) {}

  // False when it is full or closed: nothing was kept.
  bool Push(Message&& message) {
    absl::MutexLock lock(&mutex_);
    if (closed_ || messages_.size() >= capacity_) return false;
    messages_.push_back(std::move(message));
    return true;
  }

  // Past the bound: for what must not be lost and is itself bounded, as the one
  // closing message of each stream is.
  void PushAlways(Message&& message) {
    absl::MutexLock lock(&mutex_);
    messages_.push_back(std::move(message));
  }

  // Waits up to `patience` for the first message, then takes at most `max`. Empty
  // when nothing came, or when closed and empty.
  std::vector<Message> Drain(size_t max, absl::Duration patience) {
    absl::MutexLock lock(&mutex_);
    const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return closed_ || !messages_.empty();
    };
    // To wait for no time at all would cost a system call.
    if (patience > absl::ZeroDuration()) {
      mutex_.AwaitWithTimeout(absl::Condition(&ready), patience);
    }
    const size_t count = std::min(max, messages_.size());
    const auto end = messages_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<Message> out(std::make_move_iterator(messages_.begin()),
                             std::make_move_iterator(end));
    messages_.erase(messages_.begin(), end);
    return out;
  }

  // Wakes the consumer; what is in stays in.
  void Close() {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }

  bool closed() const {
    absl::MutexLock lock(&mutex_);
    return closed_;
  }

 private:
  const size_t capacity_;
  mutable absl::Mutex mutex_;
  std::deque<Message> messages_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_ENGINE_INBOX_H_
