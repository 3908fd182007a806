#include "coordinator/ctl/directory_watcher.h"

#include <algorithm>
#include <utility>

namespace realm::ctl {
namespace {

constexpr absl::Duration kReconnectPatience = absl::Milliseconds(200);

}  // namespace

DirectoryWatcher::DirectoryWatcher(std::unique_ptr<Connection> connection, const Clock& clock)
    : connection_(std::move(connection)), clock_(clock), thread_([this] { Watch(); }) {}

DirectoryWatcher::~DirectoryWatcher() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    if (call_ != nullptr) call_->TryCancel();
  }
  thread_.join();
}

std::optional<DirectoryWatcher::Sighting> DirectoryWatcher::WaitFor(const std::string& tenant,
                                                                    const std::string& realm,
                                                                    absl::Duration patience) {
  absl::MutexLock lock(&mutex_);
  const auto find = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return std::find_if(sightings_.begin(), sightings_.end(), [&](const Sighting& sighting) {
      return sighting.tenant.tenant_id() == tenant && sighting.tenant.realm() == realm;
    });
  };
  const auto came = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return find() != sightings_.end();
  };
  if (!mutex_.AwaitWithTimeout(absl::Condition(&came), patience)) return std::nullopt;
  return *find();
}

void DirectoryWatcher::Watch() {
  for (;;) {
    grpc::ClientContext call;
    {
      absl::MutexLock lock(&mutex_);
      if (stopped_) return;
      call_ = &call;
    }
    if (connection_->WaitUntilConnected(kReconnectPatience)) ReadStream(&call);
    absl::MutexLock lock(&mutex_);
    call_ = nullptr;
  }
}

void DirectoryWatcher::ReadStream(grpc::ClientContext* call) {
  const auto stream = connection_->directory().WatchTenants(call, {});
  v1::WatchTenantsResponse change;
  while (stream->Read(&change)) {
    if (!change.has_tenant()) continue;
    absl::MutexLock lock(&mutex_);
    sightings_.push_back({change.tenant(), clock_.Now()});
  }
  stream->Finish();
}

}  // namespace realm::ctl
