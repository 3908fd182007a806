// Connectors that fail, stop the world or let others act at a chosen call. Wraps any other.

#ifndef REALMSHIFT_TESTS_SUPPORT_WORKER_FAULTY_CONNECTOR_H_
#define REALMSHIFT_TESTS_SUPPORT_WORKER_FAULTY_CONNECTOR_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

#include "worker/connector/connector.h"

namespace realm::worker {

// Counts the calls of all connectors that share it, readers' and digesters' included, and decides
// which of them fail.
//
// Thread safety: any thread.
class Faults {
 public:
  // Whether the k-th call still does its work: a store that dies may die before or after that.
  enum class When { kBefore, kAfter };

  // From the k-th call on (from 1, counted from now) every call is UNAVAILABLE, as if the worker
  // or its store had died there; the k-th one may have taken effect.
  void DieAt(int64_t k, When when);
  // Only calls of this name ("Write"), not all of them, fail from the k-th on with `status`.
  void FailFrom(absl::string_view name, int64_t k, absl::Status status);
  // No call fails any more.
  void Heal();

  // `act` is called before each call of this name, without locks.
  void Before(absl::string_view name, std::function<void()> act);

  int64_t calls() const;
  int64_t calls(absl::string_view name) const;

  // For the wrappers.
  template <typename Result>
  Result Pass(absl::string_view name, const std::function<Result()>& call);

 private:
  struct Verdict {
    absl::Status before;
    absl::Status after;
  };
  Verdict Judge(absl::string_view name);

  mutable absl::Mutex mutex_;
  std::map<std::string, int64_t> counts_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::function<void()>> acts_ ABSL_GUARDED_BY(mutex_);
  int64_t total_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t die_at_ ABSL_GUARDED_BY(mutex_) = 0;
  When when_ ABSL_GUARDED_BY(mutex_) = When::kBefore;
  std::string failing_ ABSL_GUARDED_BY(mutex_);
  int64_t fail_from_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
};

// `inner`, with every call of its connectors going through `faults`, which outlives it.
std::unique_ptr<Dataset> MakeFaulty(std::unique_ptr<Dataset> inner, Faults& faults);

}  // namespace realm::worker

#endif  // REALMSHIFT_TESTS_SUPPORT_WORKER_FAULTY_CONNECTOR_H_
