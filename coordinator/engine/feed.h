// Changes for those who watch: each watcher has its own bounded backlog, so that
// a slow one falls out and never slows the rest.
#ifndef REALMSHIFT_COORDINATOR_ENGINE_FEED_H_
#define REALMSHIFT_COORDINATOR_ENGINE_FEED_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"

#include "common/limits.h"

namespace realm::coordinator {

template <typename RowType>
struct Change {
  std::shared_ptr<const RowType> row;
  uint64_t revision = 0;
};

// One watcher's backlog.
template <typename RowType>
class Backlog {
 public:
  // `wake` is called, on the publisher's thread, after something was added or
  // the backlog overflowed. It must return at once.
  explicit Backlog(std::function<void()> wake) : wake_(std::move(wake)) {}

  std::optional<Change<RowType>> Pop() {
    absl::MutexLock lock(&mutex_);
    if (changes_.empty()) return std::nullopt;
    Change<RowType> out = std::move(changes_.front());
    changes_.pop_front();
    return out;
  }

  // The watcher was too slow and has missed changes: it must start again.
  bool overflowed() const {
    absl::MutexLock lock(&mutex_);
    return overflowed_;
  }

  void Push(const Change<RowType>& change) {
    {
      absl::MutexLock lock(&mutex_);
      if (overflowed_) return;
      overflowed_ = changes_.size() >= kWatchBacklogMax;
      if (!overflowed_) changes_.push_back(change);
    }
    wake_();
  }

 private:
  const std::function<void()> wake_;
  mutable absl::Mutex mutex_;
  std::deque<Change<RowType>> changes_ ABSL_GUARDED_BY(mutex_);
  bool overflowed_ ABSL_GUARDED_BY(mutex_) = false;
};

template <typename RowType>
class Feed {
 public:
  // The backlog lives as long as the watcher holds it.
  std::shared_ptr<Backlog<RowType>> Subscribe(std::function<void()> wake) {
    auto backlog = std::make_shared<Backlog<RowType>>(std::move(wake));
    absl::MutexLock lock(&mutex_);
    backlogs_.push_back(backlog);
    return backlog;
  }

  void Publish(const Change<RowType>& change) {
    absl::MutexLock lock(&mutex_);
    size_t kept = 0;
    for (auto& weak : backlogs_) {
      const auto backlog = weak.lock();
      if (backlog == nullptr) continue;
      backlog->Push(change);
      backlogs_[kept++] = weak;
    }
    backlogs_.resize(kept);
  }

 private:
  absl::Mutex mutex_;
  std::vector<std::weak_ptr<Backlog<RowType>>> backlogs_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_ENGINE_FEED_H_
