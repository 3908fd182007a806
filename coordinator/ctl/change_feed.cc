#include "coordinator/ctl/change_feed.h"

#include <utility>

namespace realm::ctl {
namespace {

v1::WatchMigrationsRequest Filtered(const std::string& filter) {
  v1::WatchMigrationsRequest request;
  request.set_filter(filter);
  return request;
}

}  // namespace

ChangeFeed::ChangeFeed(Connection& connection, const std::string& filter)
    : connection_(connection),
      stream_(connection.admin().WatchMigrations(&call_, Filtered(filter))),
      reader_([this] { Read(); }) {}

ChangeFeed::~ChangeFeed() {
  call_.TryCancel();
  reader_.join();
}

absl::StatusOr<std::optional<v1::WatchMigrationsResponse>> ChangeFeed::Next(
    absl::Duration patience) {
  absl::MutexLock lock(&mutex_);
  const auto something = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !changes_.empty() || ended_.has_value();
  };
  mutex_.AwaitWithTimeout(absl::Condition(&something), patience);
  if (changes_.empty() && ended_.has_value()) return *ended_;
  if (changes_.empty()) return std::nullopt;
  std::optional<v1::WatchMigrationsResponse> change = std::move(changes_.front());
  changes_.pop_front();
  return change;
}

void ChangeFeed::Read() {
  v1::WatchMigrationsResponse change;
  while (stream_->Read(&change)) {
    absl::MutexLock lock(&mutex_);
    changes_.push_back(std::move(change));
  }
  const absl::Status status = connection_.ExplainEnd(stream_->Finish());
  absl::MutexLock lock(&mutex_);
  ended_ = status;
}

}  // namespace realm::ctl
