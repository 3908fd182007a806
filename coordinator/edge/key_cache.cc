#include "coordinator/edge/key_cache.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"

#include "common/log.h"

namespace realm::edge {

KeyCache::KeyCache(std::unique_ptr<KeySource> source, const Clock* clock, Background background)
    : source_(std::move(source)),
      clock_(clock),
      background_(std::move(background)),
      refilled_at_(clock->Monotonic()) {}

void KeyCache::Find(absl::string_view key_id, Done done) {
  const std::string id(key_id);
  std::optional<absl::StatusOr<PublicKey>> answer;
  {
    absl::MutexLock lock(&mutex_);
    answer = Answer(id);
    if (!answer.has_value()) {
      if (loading_.count(id) == 0) StartLoad(id);
      loading_[id].push_back(std::move(done));
      ++waiter_count_;
      return;
    }
  }
  done(*std::move(answer));
}

std::optional<absl::StatusOr<PublicKey>> KeyCache::Answer(const std::string& key_id) {
  const absl::Duration now = clock_->Monotonic();
  if (const Known* known = Live(key_id)) {
    const bool old = now - known->loaded_at >= kKeyFresh;
    if (old && loading_.count(key_id) == 0 && TakeLoad()) StartLoad(key_id);
    return known->key;
  }
  const auto unknown = unknown_.find(key_id);
  if (unknown != unknown_.end() && now < unknown->second) {
    return absl::NotFoundError("the platform has no such key");
  }
  if (waiter_count_ >= kKeyWaitersMax) return absl::UnavailableError("too many wait for keys");
  if (loading_.count(key_id) != 0 || TakeLoad()) return std::nullopt;
  return absl::UnavailableError("too many unknown keys were asked for");
}

const KeyCache::Known* KeyCache::Live(const std::string& key_id) const {
  const auto known = keys_.find(key_id);
  if (known == keys_.end()) return nullptr;
  return clock_->Monotonic() - known->second.loaded_at < kKeyLife ? &known->second : nullptr;
}

bool KeyCache::TakeLoad() {
  const absl::Duration now = clock_->Monotonic();
  loads_left_ = std::min<double>(kLoadsBurst,
                                 loads_left_ + absl::FDivDuration(now - refilled_at_, kLoadRefill));
  refilled_at_ = now;
  if (loads_left_ < 1) return false;
  loads_left_ -= 1;
  return true;
}

void KeyCache::StartLoad(const std::string& key_id) {
  loading_.try_emplace(key_id);
  background_([this, key_id] { Load(key_id); });
}

void KeyCache::Load(const std::string& key_id) {
  const absl::StatusOr<KeySource::Loaded> loaded = source_->Load(key_id);
  std::vector<Done> waiters;
  absl::StatusOr<PublicKey> answer = absl::UnavailableError("the key could not be loaded");
  {
    absl::MutexLock lock(&mutex_);
    Keep(key_id, loaded);
    if (const Known* known = Live(key_id)) answer = known->key;
    if (unknown_.count(key_id) != 0) answer = absl::NotFoundError("the platform has no such key");
    waiters = std::move(loading_[key_id]);
    waiter_count_ -= waiters.size();
    loading_.erase(key_id);
  }
  for (const Done& done : waiters)
    done(answer);
}

void KeyCache::Keep(const std::string& key_id, const absl::StatusOr<KeySource::Loaded>& loaded) {
  const absl::Duration now = clock_->Monotonic();
  const bool not_found = loaded.ok() ? loaded->keys.count(key_id) == 0 && !loaded->from_copy
                                     : absl::IsNotFound(loaded.status());
  if (!loaded.ok()) Log(Level::kWarning, "key not loaded", {{"error", loaded.status()}});
  if (loaded.ok() && loaded->complete && !loaded->from_copy) keys_.clear();
  if (loaded.ok()) {
    // A copy is looked at again as soon as the ration allows.
    const absl::Duration at = loaded->from_copy ? now - kKeyFresh : now;
    for (const auto& [id, key] : loaded->keys) {
      keys_.insert_or_assign(id, Known{key, at});
      unknown_.erase(id);
    }
  }
  if (!not_found) return;
  keys_.erase(key_id);
  if (unknown_.size() >= kUnknownKeysMax) unknown_.clear();
  unknown_[key_id] = now + kUnknownKeyLife;
}

}  // namespace realm::edge
