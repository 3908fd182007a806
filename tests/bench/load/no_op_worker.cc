#include "tests/bench/load/no_op_worker.h"

#include <chrono>

namespace realm::bench {
namespace {

constexpr std::chrono::seconds kFramePeriod(2);
constexpr int kSlots = 1024;

void AddReport(const v1::JobOrder& order, v1::AttachRequest* frame) {
  v1::JobReport* report = frame->add_jobs();
  report->set_job_id(order.job_id());
  report->set_generation(order.generation());
  report->set_epoch(order.epoch());
  report->set_state(v1::JobReport::STATE_DONE);
  if (order.kind() != v1::Job::KIND_COPY) return;
  v1::TableManifest* table = report->add_manifest();
  table->set_dataset("core");
  table->set_root_digest(std::string(32, 'd'));
}

}  // namespace

NoOpWorker::NoOpWorker(const std::shared_ptr<grpc::Channel>& channel, const std::string& realm,
                       Listener on_order, Listener on_durable)
    : on_order_(std::move(on_order)),
      on_durable_(std::move(on_durable)),
      stub_(v1::DispatchService::NewStub(channel)) {
  frame_.set_protocol(1);
  frame_.set_worker_id(realm + "-bench");
  frame_.set_realm(realm);
  frame_.set_data_endpoint("127.0.0.1:1");
  frame_.add_datasets("core");
  frame_.set_slots(kSlots);
  frame_.set_incarnation(1);
  stream_ = stub_->Attach(&call_);
  stream_->Write(frame_);
  reader_ = std::thread([this] { Read(); });
  writer_ = std::thread([this] { Write(); });
}

NoOpWorker::~NoOpWorker() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  call_.TryCancel();
  reader_.join();
  writer_.join();
}

void NoOpWorker::Read() {
  v1::AttachResponse frame;
  while (stream_->Read(&frame)) {
    Told ordered;
    Told durable;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      Follow(frame, &ordered, &durable);
      // As the product's worker: a frame is for what has changed.
      dirty_ |= !ordered.empty() || !durable.empty();
    }
    wake_.notify_one();
    for (const auto& [tenant, kind] : ordered)
      on_order_(tenant, kind);
    for (const auto& [tenant, kind] : durable)
      on_durable_(tenant, kind);
  }
}

void NoOpWorker::Follow(const v1::AttachResponse& frame, Told* ordered, Told* durable) {
  seen_frame_ = frame.frame();
  std::map<std::string, v1::JobOrder> now;
  for (const v1::JobOrder& order : frame.jobs()) {
    const auto found = jobs_.find(order.job_id());
    if (found != jobs_.end()) {
      now.insert(jobs_.extract(found));
      continue;
    }
    if (order.known()) continue;
    now.emplace(order.job_id(), order);
    ordered->emplace_back(order.ref().tenant_id(), order.kind());
  }
  for (const auto& [id, order] : jobs_)
    durable->emplace_back(order.ref().tenant_id(), order.kind());
  jobs_.swap(now);
}

void NoOpWorker::Write() {
  for (;;) {
    v1::AttachRequest frame;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait_for(lock, kFramePeriod, [this] { return dirty_ || stopping_; });
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

}  // namespace realm::bench
