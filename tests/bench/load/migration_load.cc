#include "tests/bench/load/migration_load.h"

#include <utility>

namespace realm::bench {

MigrationLoad::MigrationLoad(Platform* platform, std::string prefix, int tenants, bool reference)
    : platform_(platform),
      prefix_(std::move(prefix)),
      reference_(reference),
      loop_([this](int i) { Begin(i); }, tenants) {}

double MigrationLoad::Run(const std::shared_ptr<grpc::Channel>& channel, int concurrency,
                          double seconds) {
  const auto on_order = [this](const std::string& tenant, NoOpWorker::Kind kind) {
    NoteOrder(tenant, kind);
  };
  const auto on_durable = [this](const std::string& tenant, NoOpWorker::Kind kind) {
    NoteDurable(tenant, kind);
  };
  const NoOpWorker us(channel, "US", on_order, on_durable);
  const NoOpWorker eu(channel, "EU", on_order, on_durable);
  return loop_.Run(concurrency, seconds);
}

void MigrationLoad::Begin(int i) {
  const std::string tenant = prefix_ + std::to_string(i);
  platform_->Schedule(tenant, [this, tenant](double millis) {
    schedules_.Add(millis);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      running_[tenant].started = Clock::now();
    }
    platform_->Start(tenant, nullptr);
  });
}

void MigrationLoad::NoteOrder(const std::string& tenant, NoOpWorker::Kind kind) {
  if (kind != v1::Job::KIND_COPY) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = running_.find(tenant);
  if (found == running_.end() || found->second.copies > 0) return;
  dispatches_.Add(MillisSince(found->second.started));
}

void MigrationLoad::NoteDurable(const std::string& tenant, NoOpWorker::Kind kind) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = running_.find(tenant);
    if (found == running_.end()) return;
    if (kind == v1::Job::KIND_COPY && found->second.copies++ > 0) return;
    if (kind == v1::Job::KIND_PURGE) running_.erase(found);
  }
  if (kind == v1::Job::KIND_PURGE) loop_.Next();
  if (kind != v1::Job::KIND_COPY) return;
  platform_->Commit(tenant, [this, tenant](double) {
    if (!reference_) platform_->ReportTraffic(tenant);
  });
}

}  // namespace realm::bench
