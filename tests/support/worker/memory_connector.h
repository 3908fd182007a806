// A store in memory that meets connector.h. Stands in for a realm's real store where a test is
// about the jobs: its pages and ranges are small, so that a few records make many of them.

#ifndef REALMSHIFT_TESTS_SUPPORT_WORKER_MEMORY_CONNECTOR_H_
#define REALMSHIFT_TESTS_SUPPORT_WORKER_MEMORY_CONNECTOR_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

#include "common/ids.h"
#include "worker/connector/connector.h"

namespace realm::worker {

// One realm's store of one dataset, with the app's side of it.
//
// Thread safety: any thread.
class MemoryStore {
 public:
  using Records = std::map<std::string, std::string>;  // By key.

  struct Options {
    std::vector<std::string> tables = {""};
    std::string schema = "schema";
    int page_records = 3;
    int range_records = 4;
  };

  MemoryStore() : MemoryStore(Options()) {}
  explicit MemoryStore(Options options) : options_(std::move(options)) {}

  const Options& options() const { return options_; }

  // The app's writes; FAILED_PRECONDITION while its access is closed.
  absl::Status Put(absl::string_view tenant, absl::string_view table, absl::string_view key,
                   absl::string_view value);
  absl::Status Remove(absl::string_view tenant, absl::string_view table, absl::string_view key);

  // What nobody should be able to do: a change behind the store's back.
  void Smuggle(absl::string_view tenant, absl::string_view table, absl::string_view key,
               absl::string_view value);

  Records records(absl::string_view tenant, absl::string_view table = "") const;
  Control control(absl::string_view tenant) const;

  // Records written and removed by jobs so far, of all tenants.
  int64_t written() const;
  int64_t removed() const;

 private:
  friend class MemoryConnector;

  struct Tenant {
    std::map<std::string, Records> tables;
    Control control;
  };

  const Options options_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Tenant> tenants_ ABSL_GUARDED_BY(mutex_);
  int64_t written_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t removed_ ABSL_GUARDED_BY(mutex_) = 0;
};

// The store as a worker configures it.
class MemoryDataset final : public Dataset {
 public:
  MemoryDataset(DatasetName name, std::shared_ptr<MemoryStore> store,
                absl::string_view kind = "memory")
      : name_(std::move(name)), kind_(kind), store_(std::move(store)) {}

  const DatasetName& name() const override { return name_; }
  absl::string_view kind() const override { return kind_; }
  absl::StatusOr<std::unique_ptr<Connector>> Open(const TenantScope& scope) override;

 private:
  const DatasetName name_;
  const std::string kind_;
  const std::shared_ptr<MemoryStore> store_;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_TESTS_SUPPORT_WORKER_MEMORY_CONNECTOR_H_
