#include "coordinator/edge/watches.h"

#include <algorithm>
#include <utility>

#include "common/backoff.h"
#include "common/failpoint.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/random.h"
#include "coordinator/rpc/error_info.h"

namespace realm::edge {
namespace {

// The platform polls every five minutes; a stream is back long before that.
constexpr absl::Duration kReopenCap = absl::Seconds(5);

}  // namespace

Watches::Watches(const std::shared_ptr<grpc::Channel>& channel, StatusCache* statuses,
                 InstallationCache* installations, TenantCache* tenants)
    : admin_(v1::AdminService::NewStub(channel)),
      directory_(v1::DirectoryService::NewStub(channel)),
      statuses_(statuses),
      installations_(installations),
      tenants_(tenants) {
  const auto keep = [this](const std::string& name, Mirror* mirror, ReadStream read) {
    threads_.emplace_back(
        [this, name, mirror, read = std::move(read)] { Keep(name, mirror, read); });
  };
  keep("migrations", &statuses->mirror(),
       [this](grpc::ClientContext* context) { return ReadMigrations(context); });
  keep("installations", &installations->mirror(),
       [this](grpc::ClientContext* context) { return ReadInstallations(context); });
  keep("tenants", &tenants->mirror(),
       [this](grpc::ClientContext* context) { return ReadTenants(context); });
}

Watches::~Watches() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    for (grpc::ClientContext* context : open_)
      context->TryCancel();
  }
  for (std::thread& thread : threads_)
    thread.join();
}

bool Watches::Open(grpc::ClientContext* context) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return false;
  open_.push_back(context);
  return true;
}

void Watches::Close(grpc::ClientContext* context) {
  absl::MutexLock lock(&mutex_);
  open_.erase(std::find(open_.begin(), open_.end(), context));
}

void Watches::Keep(const std::string& name, Mirror* mirror, const ReadStream& read) {
  const uint64_t seed = RandomBits();
  for (int64_t attempt = 1;; ++attempt) {
    grpc::ClientContext context;
    // While the coordinator is away the call waits for the connection, which nobody else drives.
    context.set_wait_for_ready(true);
    if (!Open(&context)) return;
    mirror->BeginSnapshot();
    const grpc::Status status = read(&context);
    Close(&context);
    if (mirror->live()) attempt = 1;
    mirror->LoseStream();
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    Log(attempt == 1 ? Level::kWarning : Level::kDebug, "stream from the coordinator ended",
        {{"stream", name}, {"error", coordinator::FromGrpc(status)}});
    mutex_.AwaitWithTimeout(absl::Condition(&stopping_),
                            BackoffDelay(attempt, kRetryBase, kReopenCap, seed));
  }
}

grpc::Status Watches::ReadMigrations(grpc::ClientContext* context) {
  const auto stream = admin_->WatchMigrations(context, v1::WatchMigrationsRequest());
  v1::WatchMigrationsResponse message;
  while (stream->Read(&message)) {
    if (message.has_migration()) {
      statuses_->Put(message.migration());
      if (!REALM_FAILPOINT("edge.after-status").ok()) context->TryCancel();
    }
    if (message.snapshot_end()) statuses_->mirror().EndSnapshot();
  }
  return stream->Finish();
}

grpc::Status Watches::ReadInstallations(grpc::ClientContext* context) {
  const auto stream = directory_->WatchInstallations(context, v1::WatchInstallationsRequest());
  v1::WatchInstallationsResponse message;
  while (stream->Read(&message)) {
    if (message.has_installation()) installations_->Put(message.installation());
    if (message.snapshot_end()) installations_->mirror().EndSnapshot();
  }
  return stream->Finish();
}

grpc::Status Watches::ReadTenants(grpc::ClientContext* context) {
  const auto stream = directory_->WatchTenants(context, v1::WatchTenantsRequest());
  v1::WatchTenantsResponse message;
  while (stream->Read(&message)) {
    if (message.has_tenant()) tenants_->Put(message.tenant());
    if (message.snapshot_end()) tenants_->mirror().EndSnapshot();
  }
  return stream->Finish();
}

bool Watches::AwaitComplete(absl::Duration timeout) const {
  return statuses_->mirror().AwaitComplete(timeout) &&
         installations_->mirror().AwaitComplete(timeout) &&
         tenants_->mirror().AwaitComplete(timeout);
}

bool Watches::live() const {
  return statuses_->mirror().live() && installations_->mirror().live() && tenants_->mirror().live();
}

}  // namespace realm::edge
