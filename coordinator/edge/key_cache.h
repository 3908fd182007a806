// The platform's public keys, kept in memory so that verifying a hook asks nobody.
//
// A key that is not known yet is loaded, once for all requests that wait for it. Loads are
// rationed: tokens that name made-up keys cost us no more than kLoadsBurst loads at once and one
// per kLoadRefill after that, and an id that was not found is remembered as such.

#ifndef REALMSHIFT_COORDINATOR_EDGE_KEY_CACHE_H_
#define REALMSHIFT_COORDINATOR_EDGE_KEY_CACHE_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "coordinator/edge/key_source.h"

namespace realm::edge {

// How long a key is used before it is loaded again, beside its use.
inline constexpr absl::Duration kKeyFresh = absl::Hours(1);
// How long it is used when the loading fails.
inline constexpr absl::Duration kKeyLife = absl::Hours(24);
inline constexpr absl::Duration kUnknownKeyLife = absl::Minutes(1);
inline constexpr int kLoadsBurst = 5;
inline constexpr absl::Duration kLoadRefill = absl::Seconds(10);
// Bounds on what strangers can make us remember.
inline constexpr size_t kUnknownKeysMax = 1024;
inline constexpr size_t kKeyWaitersMax = 1024;

// Thread safety: any thread may call Find.
class KeyCache {
 public:
  using Done = std::function<void(absl::StatusOr<PublicKey>)>;
  // Runs what it is given, later and elsewhere, one after another. What it still holds must not run
  // after this cache is gone.
  using Background = std::function<void(std::function<void()>)>;

  // `clock` must outlive this.
  KeyCache(std::unique_ptr<KeySource> source, const Clock* clock, Background background);

  // Calls `done` once: at once when the answer is known, or after a load, on its thread.
  //
  // NotFound: the platform has no such key. Unavailable: that could not be found out; try again.
  void Find(absl::string_view key_id, Done done);

 private:
  struct Known {
    PublicKey key;
    absl::Duration loaded_at;
  };

  // What is known now: a key, NotFound or Unavailable; nothing when only a load can tell.
  std::optional<absl::StatusOr<PublicKey>> Answer(const std::string& key_id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The key while it may be used; null when there is none or it is too old.
  const Known* Live(const std::string& key_id) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool TakeLoad() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void StartLoad(const std::string& key_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Load(const std::string& key_id);
  void Keep(const std::string& key_id, const absl::StatusOr<KeySource::Loaded>& loaded)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::unique_ptr<KeySource> source_;
  const Clock* const clock_;
  const Background background_;

  absl::Mutex mutex_;
  std::map<std::string, Known> keys_ ABSL_GUARDED_BY(mutex_);
  // Ids that the source does not have, and until when we believe that.
  std::map<std::string, absl::Duration> unknown_ ABSL_GUARDED_BY(mutex_);
  // The ids whose load is on its way, and who waits for each.
  std::map<std::string, std::vector<Done>> loading_ ABSL_GUARDED_BY(mutex_);
  size_t waiter_count_ ABSL_GUARDED_BY(mutex_) = 0;
  double loads_left_ ABSL_GUARDED_BY(mutex_) = kLoadsBurst;
  absl::Duration refilled_at_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_KEY_CACHE_H_
