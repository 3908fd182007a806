// The engine alone: whole migrations through hooks, leases and reports, without gRPC and without
// threads, so that what one costs can be counted even on a busy machine:
//
//   bench_engine [MIGRATIONS [TOGETHER]]
//   valgrind --tool=callgrind bench_engine 640 32
//
// Prints the processor time of this thread per migration.
#include "coordinator/engine/engine.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/clock.h"
#include "common/limits.h"
#include "coordinator/store/rocksdb_store.h"
#include "tests/support/temp_folder.h"

namespace realm::coordinator {
namespace {

Policy BenchPolicy() {
  Policy policy;
  for (const char* code : {"US", "EU"})
    policy.realms[code] = RealmPolicy{RealmId(code), code};
  AppPolicy app;
  app.id = AppId("bench");
  app.migrations_supported = true;
  app.default_realm = RealmId("US");
  app.realms = {RealmId("US"), RealmId("EU")};
  app.terms.purge_grace = absl::ZeroDuration();
  TransferPolicy transfer;
  transfer.name = TransferName("core");
  transfer.datasets = {DatasetName("core")};
  app.transfers = {transfer};
  policy.apps[app.id] = app;
  return policy;
}

// Keeps the newest frame, and answers that all of its jobs are done.
class DoneWorker : public WorkerLink {
 public:
  explicit DoneWorker(absl::string_view realm) {
    frame_.worker = WorkerKey{RealmId(realm), WorkerId(absl::StrCat(realm, "-1"))};
    frame_.data_endpoint = "127.0.0.1:1";
    frame_.datasets = {DatasetName("core")};
    frame_.slots = kWorkerSlotsMax;
  }

  void Send(CoordinatorFrame frame) override { seen_ = std::move(frame); }
  void Close(const absl::Status& why) override { REALM_CHECK_OK(why); }

  WorkerFrame Answer() {
    WorkerFrame out = frame_;
    out.seen_frame = seen_.frame;
    for (const JobOrder& order : seen_.jobs) {
      JobStatus& done = out.jobs.emplace_back();
      done.job_id = order.job_id;
      done.epoch = order.epoch;
      done.finished = true;
      if (order.kind == JobKind::kCopy) {
        done.manifest.push_back({DatasetName("core"), "", 0, 0, std::string(32, 'd')});
      }
    }
    return out;
  }

 private:
  WorkerFrame frame_;
  CoordinatorFrame seen_;
};

class Bench {
 public:
  Bench() : us_(std::make_shared<DoneWorker>("US")), eu_(std::make_shared<DoneWorker>("EU")) {
    RocksdbStoreOptions options;
    options.folder = folder_.path("store");
    auto store = OpenRocksdbStore(options);
    REALM_CHECK_OK(store.status());
    store_ = *std::move(store);
    auto engine = Engine::Open(store_.get(), BenchPolicy(), &clock_,
                               EngineOptions{absl::Seconds(60), absl::Seconds(60)});
    REALM_CHECK_OK(engine.status());
    engine_ = *std::move(engine);
    us_session_ = engine_->NextSession();
    eu_session_ = engine_->NextSession();
    Report();
  }

  void Run(int first, int count) {
    for (int i = first; i < first + count; ++i)
      Install(i);
    Turn();
    SayAll(Hook::kSchedule, first, count);
    SayAll(Hook::kStart, first, count);
    Report();
    SayAll(Hook::kCommit, first, count);
    for (int i = first; i < first + count; ++i) {
      TrafficInput traffic;
      traffic.key = KeyOf(i);
      traffic.realm = RealmId("EU");
      Submit(std::move(traffic));
    }
    Turn();
    for (int round = 0; round < 4; ++round)
      Report();
    for (int i = first; i < first + count; ++i)
      REALM_CHECK(engine_->book().FindMigration(KeyOf(i))->state == State::kCommitted);
  }

 private:
  void Turn() { engine_->Turn(absl::ZeroDuration()); }

  static MigrationKey KeyOf(int i) {
    return {AppId("bench"), TenantId(absl::StrCat("tenant-", i)), MigrationId("1")};
  }

  void Install(int i) {
    Installation installation;
    installation.key = TenantKey{KeyOf(i).app, KeyOf(i).tenant};
    engine_->Install(RealmId("US"), installation, "edge",
                     [](absl::StatusOr<InstallAnswer> answer) { REALM_CHECK_OK(answer.status()); });
  }

  void Submit(InputBody body) {
    engine_->Submit(Input{std::move(body), "platform:forge by realm-edge"},
                    [](absl::StatusOr<Answer> answer) { REALM_CHECK_OK(answer.status()); });
  }

  void SayAll(Hook hook, int first, int count) {
    for (int i = first; i < first + count; ++i) {
      HookInput input;
      input.hook = hook;
      input.key = KeyOf(i);
      input.platform = "forge";
      input.body_sha256 = std::string(32, 'b');
      if (hook == Hook::kSchedule) {
        input.window = Window{clock_.Now(), clock_.Now() + absl::Hours(2)};
        input.location = "EU";
        input.digest_key = std::string(32, 'k');
      }
      Submit(std::move(input));
    }
    Turn();
  }

  void Report() {
    engine_->OnFrame(us_session_, us_, us_->Answer());
    engine_->OnFrame(eu_session_, eu_, eu_->Answer());
    Turn();
  }

  TempFolder folder_;
  SystemClock clock_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Engine> engine_;
  std::shared_ptr<DoneWorker> us_;
  std::shared_ptr<DoneWorker> eu_;
  uint64_t us_session_ = 0;
  uint64_t eu_session_ = 0;
};

double ThreadSeconds() {
  rusage used;
  REALM_CHECK(getrusage(RUSAGE_THREAD, &used) == 0);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace
}  // namespace realm::coordinator

int main(int argc, char** argv) {
  const int migrations = argc > 1 ? std::atoi(argv[1]) : 20'000;
  const int together = argc > 2 ? std::atoi(argv[2]) : 32;
  realm::coordinator::Bench bench;
  const double before = realm::coordinator::ThreadSeconds();
  for (int done = 0; done < migrations; done += together)
    bench.Run(done, together);
  printf("engine_cpu_us=%.1f migrations=%d together=%d\n",
         (realm::coordinator::ThreadSeconds() - before) * 1e6 / migrations, migrations, together);
  fflush(stdout);
  _exit(0);
}
