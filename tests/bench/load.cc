// The load: plays the platform and the workers against the product or against
// bench_floor, which speak the same protocol. Jobs do nothing, so that what is
// measured is orchestration alone.
//
//   bench_load ADDRESS migrations|schedule|status CONCURRENCY SECONDS [floor] [SERVER_PID]
//
// Prints one line of NAME=VALUE. A migration is: schedule, start, the copy done
// and durable, commit, then everything done and durable. The product needs, beyond
// the floor's two jobs, a second copy under the seal, the opening of the gate and a
// report of tenant traffic; that is what safety costs and it is in the figure.
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/clock.h"
#include "realm/v1/directory.grpc.pb.h"
#include "realm/v1/dispatch.grpc.pb.h"
#include "realm/v1/hooks.grpc.pb.h"

namespace {

namespace v1 = ::realm::v1;
using Clock = std::chrono::steady_clock;

double MillisSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

class Latencies {
 public:
  void Add(double millis) {
    const std::lock_guard<std::mutex> lock(mutex_);
    millis_.push_back(millis);
  }
  double At(double quantile) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (millis_.empty()) return 0;
    std::sort(millis_.begin(), millis_.end());
    const size_t index = static_cast<size_t>(quantile * static_cast<double>(millis_.size()));
    return millis_[std::min(index, millis_.size() - 1)];
  }

 private:
  std::mutex mutex_;
  std::vector<double> millis_;
};

double CpuSeconds(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string skipped;
  std::getline(file, skipped, ')');
  std::string field;
  double ticks = 0;
  for (int i = 3; i <= 15 && file >> field; ++i) {
    if (i >= 14) ticks += std::atof(field.c_str());
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// A worker whose jobs are done when they are ordered. `on_order` and `on_durable`
// are told the tenant and the kind.
class NoOpWorker {
 public:
  using Listener = std::function<void(const std::string& tenant, v1::Job::Kind kind)>;

  NoOpWorker(std::shared_ptr<grpc::Channel> channel, const std::string& realm, Listener on_order,
             Listener on_durable)
      : on_order_(std::move(on_order)), on_durable_(std::move(on_durable)) {
    frame_.set_protocol(1);
    frame_.set_worker_id(realm + "-bench");
    frame_.set_realm(realm);
    frame_.set_data_endpoint("127.0.0.1:1");
    frame_.add_datasets("core");
    frame_.set_slots(1024);
    frame_.set_incarnation(1);
    stub_ = v1::DispatchService::NewStub(channel);
    stream_ = stub_->Attach(&call_);
    stream_->Write(frame_);
    reader_ = std::thread([this] { Read(); });
    writer_ = std::thread([this] { Write(); });
  }
  ~NoOpWorker() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    call_.TryCancel();
    reader_.join();
    writer_.join();
  }

 private:
  void Read() {
    v1::AttachResponse frame;
    while (stream_->Read(&frame)) {
      std::vector<std::pair<std::string, v1::Job::Kind>> ordered;
      std::vector<std::pair<std::string, v1::Job::Kind>> durable;
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        Follow(frame, &ordered, &durable);
        dirty_ = true;
      }
      wake_.notify_one();
      for (const auto& [tenant, kind] : ordered)
        on_order_(tenant, kind);
      for (const auto& [tenant, kind] : durable)
        on_durable_(tenant, kind);
    }
  }

  void Follow(const v1::AttachResponse& frame,
              std::vector<std::pair<std::string, v1::Job::Kind>>* ordered,
              std::vector<std::pair<std::string, v1::Job::Kind>>* durable) {
    seen_frame_ = frame.frame();
    std::map<std::string, v1::JobOrder> now;
    for (const v1::JobOrder& order : frame.jobs()) {
      const auto found = jobs_.find(order.job_id());
      if (found != jobs_.end()) {
        now.insert(std::move(*found));
        continue;
      }
      if (order.known()) continue;
      now.emplace(order.job_id(), order);
      ordered->emplace_back(order.ref().tenant_id(), order.kind());
    }
    for (const auto& [id, order] : jobs_) {
      if (now.count(id) == 0) durable->emplace_back(order.ref().tenant_id(), order.kind());
    }
    jobs_.swap(now);
  }

  void Write() {
    for (;;) {
      v1::AttachRequest frame;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait_for(lock, std::chrono::seconds(2), [this] { return dirty_ || stopping_; });
        if (stopping_) return;
        dirty_ = false;
        frame = frame_;
        frame.set_seen_frame(seen_frame_);
        for (const auto& [id, order] : jobs_)
          AddReport(order, &frame);
      }
      if (!stream_->Write(frame)) return;
    }
  }

  static void AddReport(const v1::JobOrder& order, v1::AttachRequest* frame) {
    v1::JobReport* report = frame->add_jobs();
    report->set_job_id(order.job_id());
    report->set_epoch(order.epoch());
    report->set_state(v1::JobReport::STATE_DONE);
    if (order.kind() != v1::Job::KIND_COPY) return;
    v1::TableManifest* table = report->add_manifest();
    table->set_dataset("core");
    table->set_root_digest(std::string(32, 'd'));
  }

  const Listener on_order_;
  const Listener on_durable_;
  std::unique_ptr<v1::DispatchService::Stub> stub_;
  grpc::ClientContext call_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::AttachRequest, v1::AttachResponse>> stream_;
  v1::AttachRequest frame_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, v1::JobOrder> jobs_;
  uint64_t seen_frame_ = 0;
  bool dirty_ = false;
  bool stopping_ = false;
  std::thread reader_;
  std::thread writer_;
};

class Load {
 public:
  Load(const std::string& address, bool floor)
      : floor_(floor),
        channel_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())),
        hooks_(v1::HookService::NewStub(channel_)),
        directory_(v1::DirectoryService::NewStub(channel_)),
        run_("t" + std::to_string(getpid()) + "-") {}

  // Tenants that the timed part uses, known to the directory before it begins.
  void Register(int count) {
    std::atomic<int> next{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 32; ++t) {
      threads.emplace_back([&] {
        for (int i = next++; i < count; i = next++) {
          v1::RegisterInstallationRequest request;
          request.mutable_installation()->set_app_id("bench");
          request.mutable_installation()->set_tenant_id(Tenant(i));
          request.set_realm("US");
          v1::RegisterInstallationResponse response;
          grpc::ClientContext call;
          if (!directory_->RegisterInstallation(&call, request, &response).ok()) Die("register");
        }
      });
    }
    for (std::thread& thread : threads)
      thread.join();
    tenants_ = count;
  }

  void Migrations(int concurrency, double seconds, int pid) {
    NoOpWorker us(channel_, "US", Ordered(), Durable());
    NoOpWorker eu(channel_, "EU", Ordered(), Durable());
    const double cpu = CpuSeconds(pid);
    const Clock::time_point start = Clock::now();
    RunSlots(concurrency, seconds, [this](int i) { BeginMigration(i); });
    const double elapsed = MillisSince(start) / 1000;
    printf(
        "rate=%.0f server_cpu_ms=%.3f schedule_p50=%.3f schedule_p99=%.3f dispatch_p50=%.3f "
        "dispatch_p99=%.3f n=%d\n",
        finished_ / elapsed, (CpuSeconds(pid) - cpu) * 1000 / std::max<double>(finished_, 1),
        schedule_.At(.5), schedule_.At(.99), dispatch_.At(.5), dispatch_.At(.99), finished_.load());
  }

  void Calls(bool status, int concurrency, double seconds) {
    const Clock::time_point start = Clock::now();
    RunSlots(concurrency, seconds, [this, status](int i) {
      if (status) {
        AskStatus(i);
      } else {
        Schedule(i, [this] { Next(); });
      }
    });
    const double elapsed = MillisSince(start) / 1000;
    printf("rate=%.0f p50=%.3f p99=%.3f n=%d\n", finished_ / elapsed, schedule_.At(.5),
           schedule_.At(.99), finished_.load());
  }

 private:
  [[noreturn]] static void Die(const std::string& what) {
    fprintf(stderr, "bench_load: %s failed\n", what.c_str());
    _exit(1);
  }

  std::string Tenant(int i) const { return run_ + std::to_string(i); }

  void RunSlots(int concurrency, double seconds, std::function<void(int)> begin) {
    begin_ = std::move(begin);
    end_ = Clock::now() + std::chrono::microseconds(static_cast<int64_t>(seconds * 1e6));
    live_ = concurrency;
    for (int i = 0; i < concurrency; ++i)
      Next(false);
    std::unique_lock<std::mutex> lock(mutex_);
    all_done_.wait(lock, [this] { return live_ == 0; });
  }

  // One more, unless time or tenants are used up.
  void Next(bool finished = true) {
    if (finished) ++finished_;
    const int i = next_++;
    if (Clock::now() < end_ && i < tenants_) {
      begin_(i);
      return;
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--live_ == 0) all_done_.notify_one();
  }

  template <typename Request, typename Response>
  struct Call {
    grpc::ClientContext context;
    Request request;
    Response response;
    Clock::time_point sent = Clock::now();
  };

  template <typename Request>
  void Fill(int i, Request* request) const {
    request->mutable_origin()->set_app_id("bench");
    request->mutable_origin()->set_tenant_id(Tenant(i));
    request->mutable_origin()->set_migration_id("1");
    request->mutable_origin()->set_platform("forge");
  }

  void Schedule(int i, std::function<void()> then) {
    auto call =
        std::make_shared<Call<v1::ScheduleMigrationRequest, v1::ScheduleMigrationResponse>>();
    Fill(i, &call->request);
    call->request.mutable_body()->set_location("EU");
    const int64_t now = absl::ToUnixSeconds(realm::SystemClock().Now());
    call->request.mutable_body()->mutable_start_time()->set_seconds(now);
    call->request.mutable_body()->mutable_end_time()->set_seconds(now + 7200);
    hooks_->async()->ScheduleMigration(
        &call->context, &call->request, &call->response,
        [this, call, then = std::move(then)](const grpc::Status& status) {
          if (!status.ok()) Die("schedule: " + status.error_message());
          schedule_.Add(MillisSince(call->sent));
          then();
        });
  }

  void BeginMigration(int i) {
    Schedule(i, [this, i] { Start(i); });
  }

  void Start(int i) {
    auto call = std::make_shared<Call<v1::StartMigrationRequest, v1::StartMigrationResponse>>();
    Fill(i, &call->request);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      slots_[Tenant(i)] = Slot{i, 0, call->sent};
    }
    hooks_->async()->StartMigration(&call->context, &call->request, &call->response,
                                    [call](const grpc::Status& status) {
                                      if (!status.ok()) Die("start: " + status.error_message());
                                    });
  }

  void Commit(int i) {
    auto call = std::make_shared<Call<v1::CommitMigrationRequest, v1::CommitMigrationResponse>>();
    Fill(i, &call->request);
    hooks_->async()->CommitMigration(&call->context, &call->request, &call->response,
                                     [this, call, i](const grpc::Status& status) {
                                       if (!status.ok()) Die("commit: " + status.error_message());
                                       if (!floor_) ReportTraffic(i);
                                     });
  }

  void ReportTraffic(int i) {
    auto call =
        std::make_shared<Call<v1::ReportTenantTrafficRequest, v1::ReportTenantTrafficResponse>>();
    call->request.set_app_id("bench");
    call->request.set_tenant_id(Tenant(i));
    call->request.set_realm("EU");
    call->request.set_via("request");
    hooks_->async()->ReportTenantTraffic(&call->context, &call->request, &call->response,
                                         [call](const grpc::Status& status) {
                                           if (!status.ok()) Die("traffic");
                                         });
  }

  void AskStatus(int i) {
    auto call =
        std::make_shared<Call<v1::GetMigrationStatusRequest, v1::GetMigrationStatusResponse>>();
    call->request.mutable_ref()->set_app_id("bench");
    call->request.mutable_ref()->set_tenant_id(Tenant(i % 64));
    call->request.mutable_ref()->set_migration_id("1");
    hooks_->async()->GetMigrationStatus(&call->context, &call->request, &call->response,
                                        [this, call](const grpc::Status& status) {
                                          if (!status.ok()) Die("status");
                                          schedule_.Add(MillisSince(call->sent));
                                          Next();
                                        });
  }

  NoOpWorker::Listener Ordered() {
    return [this](const std::string& tenant, v1::Job::Kind kind) {
      if (kind != v1::Job::KIND_COPY) return;
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto found = slots_.find(tenant);
      if (found == slots_.end() || found->second.copies > 0) return;
      dispatch_.Add(MillisSince(found->second.started));
    };
  }

  NoOpWorker::Listener Durable() {
    return [this](const std::string& tenant, v1::Job::Kind kind) {
      int i = 0;
      bool over = false;
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto found = slots_.find(tenant);
        if (found == slots_.end()) return;
        i = found->second.index;
        over = kind == v1::Job::KIND_PURGE;
        if (kind == v1::Job::KIND_COPY && found->second.copies++ > 0) return;
        if (over) slots_.erase(found);
      }
      if (kind == v1::Job::KIND_COPY) Commit(i);
      if (over) Next();
    };
  }

  struct Slot {
    int index = 0;
    int copies = 0;
    Clock::time_point started;
  };

  const bool floor_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::HookService::Stub> hooks_;
  const std::unique_ptr<v1::DirectoryService::Stub> directory_;
  const std::string run_;
  int tenants_ = 0;
  std::function<void(int)> begin_;
  Clock::time_point end_;
  std::atomic<int> next_{0};
  std::atomic<int> finished_{0};
  Latencies schedule_;
  Latencies dispatch_;
  std::mutex mutex_;
  std::condition_variable all_done_;
  int live_ = 0;
  std::unordered_map<std::string, Slot> slots_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    fprintf(stderr,
            "usage: bench_load ADDRESS migrations|schedule|status CONCURRENCY SECONDS [floor] "
            "[SERVER_PID]\n");
    return 2;
  }
  const std::string mode = argv[2];
  const int concurrency = std::atoi(argv[3]);
  const double seconds = std::atof(argv[4]);
  bool floor = false;
  int pid = 0;
  for (int i = 5; i < argc; ++i) {
    if (std::strcmp(argv[i], "floor") == 0) floor = true;
    if (std::atoi(argv[i]) > 0) pid = std::atoi(argv[i]);
  }
  Load load(argv[1], floor);
  load.Register(static_cast<int>(seconds * (mode == "migrations" ? 4000 : 30000)) + 64);
  if (mode == "migrations") load.Migrations(concurrency, seconds, pid);
  if (mode == "schedule") load.Calls(false, concurrency, seconds);
  if (mode == "status") load.Calls(true, concurrency, seconds);
  fflush(stdout);
  _exit(0);
}
