// Two realms, one tenant to move and one neighbour in each, and the jobs run in turn.

#ifndef REALMSHIFT_TESTS_SUPPORT_WORKER_JOB_WORLD_H_
#define REALMSHIFT_TESTS_SUPPORT_WORKER_JOB_WORLD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "tests/support/worker/faulty_connector.h"
#include "tests/support/worker/local_source_realm.h"
#include "tests/support/worker/memory_connector.h"
#include "worker/job/job.h"

namespace realm::worker {

inline constexpr absl::string_view kTenant = "acme";
inline constexpr absl::string_view kNeighbour = "acmf";
// More than one page, batch and range of the jobs' options here.
inline constexpr int kRecords = 26;

// A stop at a chosen question. Single-threaded.
class CountingStop final : public StopToken {
 public:
  bool StopRequested() const override { return ++asked_ >= stop_at_; }
  // At the k-th question from now; 0: never.
  void StopAt(int64_t k) {
    asked_ = 0;
    stop_at_ = k == 0 ? INT64_MAX : k;
  }
  int64_t asked() const { return asked_; }

 private:
  mutable int64_t asked_ = 0;
  int64_t stop_at_ = INT64_MAX;
};

class LastCounters final : public Progress {
 public:
  void Update(const Counters& counters) override {
    fell_ = fell_ || counters.records_done < last_.records_done;
    last_ = counters;
  }
  const Counters& last() const { return last_; }
  bool fell() const { return fell_; }

 private:
  Counters last_;
  bool fell_ = false;
};

// One realm: its store, and the datasets that make up the worker's configuration.
struct JobRealm {
  JobRealm(RealmId id, const MemoryStore::Options& options)
      : code(std::move(id)), store(std::make_shared<MemoryStore>(options)) {
    std::vector<std::unique_ptr<Dataset>> datasets;
    datasets.push_back(
        MakeFaulty(std::make_unique<MemoryDataset>(DatasetName("notes"), store), faults));
    stores = std::make_unique<Stores>(std::move(datasets));
  }

  const RealmId code;
  const std::shared_ptr<MemoryStore> store;
  Faults faults;
  std::unique_ptr<Stores> stores;
};

// A store of more than one table.
inline MemoryStore::Options TwoTables() {
  MemoryStore::Options options;
  options.tables = {"page", "comment"};
  return options;
}

class JobWorld {
 public:
  explicit JobWorld(const MemoryStore::Options& options = {},
                    const MemoryStore::Options& target_options = {})
      : source(RealmId("US"), options),
        target(RealmId("EU"), target_options.tables == options.tables ? target_options : options) {
    for (const std::string& table : options.tables) {
      for (JobRealm* realm : {&source, &target}) {
        for (int i = 0; i < 5; ++i)
          Put(*realm, kNeighbour, table, i);
      }
    }
  }

  // Records key-0000 and up at the source, `count` in each table.
  void Seed(int count) {
    for (const std::string& table : source.store->options().tables) {
      for (int i = 0; i < count; ++i)
        Put(source, kTenant, table, i);
    }
  }

  static std::string Key(int i) { return absl::StrCat("key-", absl::Dec(i, absl::kZeroPad4)); }

  static void Put(JobRealm& realm, absl::string_view tenant, absl::string_view table, int i) {
    REALM_CHECK_OK(realm.store->Put(tenant, table, Key(i), absl::StrCat(tenant, table, i)));
  }

  // An order under the next epoch.
  v1::JobOrder Order(v1::Job::Kind kind) {
    v1::JobOrder order;
    order.set_job_id("m1/main/job");
    order.set_kind(kind);
    order.mutable_ref()->set_app_id("app");
    order.mutable_ref()->set_tenant_id(std::string(kTenant));
    order.mutable_ref()->set_migration_id("m1");
    order.set_generation(1);
    order.set_epoch(++epoch);
    order.set_source_realm("US");
    order.set_target_realm("EU");
    order.add_datasets("notes");
    order.add_seal_datasets("notes");
    order.set_digest_key(std::string(32, 'k'));
    return order;
  }

  v1::JobOrder FinalCopy() {
    v1::JobOrder order = Order(v1::Job::KIND_COPY);
    order.set_seal_source(true);
    return order;
  }

  v1::JobOrder Purge(const std::vector<v1::TableManifest>& manifest) {
    v1::JobOrder order = Order(v1::Job::KIND_PURGE);
    order.mutable_manifest()->Assign(manifest.begin(), manifest.end());
    return order;
  }

  // Runs `order` in the realm it is for, with a nonce of its own.
  Outcome Run(const v1::JobOrder& order) {
    LocalSourceRealm reach(*source.stores, order);
    JobRealm& realm = order.kind() == v1::Job::KIND_PURGE ? source : target;
    JobEnvironment environment;
    environment.realm = realm.code;
    environment.stores = realm.stores.get();
    environment.source = &reach;
    environment.stop = &stop;
    environment.progress = &progress;
    environment.nonce = ++nonce;
    return RunJob(order, environment);
  }

  bool NeighboursUntouched() const {
    for (const std::string& table : source.store->options().tables) {
      for (const JobRealm* realm : {&source, &target}) {
        const MemoryStore::Records records = realm->store->records(kNeighbour, table);
        if (records.size() != 5) return false;
        for (int i = 0; i < 5; ++i) {
          if (records.at(Key(i)) != absl::StrCat(kNeighbour, table, i)) return false;
        }
      }
    }
    return true;
  }

  JobRealm source;
  JobRealm target;
  CountingStop stop;
  LastCounters progress;
  uint64_t epoch = 0;
  uint64_t nonce = 0;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_TESTS_SUPPORT_WORKER_JOB_WORLD_H_
