#include "common/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"

#include "common/check.h"
#include "common/usage.h"

namespace realm {
namespace {

prometheus::Labels Labels(const LabelNames& names, LabelValues values) {
  REALM_CHECK(names.size() == values.size(), "labels=", names.size(), " values=", values.size());
  prometheus::Labels labels;
  auto name = names.begin();
  for (const absl::string_view value : values)
    labels.emplace(*name++, value);
  return labels;
}

}  // namespace

void Counter::Increment(double by) const {
  REALM_CHECK(by >= 0);
  series_->Increment(by);
}
double Counter::value() const {
  return series_->Value();
}

void Gauge::Set(double value) const {
  series_->Set(value);
}
void Gauge::Add(double by) const {
  series_->Increment(by);
}
double Gauge::value() const {
  return series_->Value();
}

void Histogram::Observe(double value) const {
  series_->Observe(value);
}

CounterFamily::CounterFamily(prometheus::Family<prometheus::Counter>* family, LabelNames labels)
    : family_(family), labels_(std::move(labels)) {}
Counter CounterFamily::With(LabelValues values) const {
  return Counter(&family_->Add(Labels(labels_, values)));
}

GaugeFamily::GaugeFamily(prometheus::Family<prometheus::Gauge>* family, LabelNames labels)
    : family_(family), labels_(std::move(labels)) {}
Gauge GaugeFamily::With(LabelValues values) const {
  return Gauge(&family_->Add(Labels(labels_, values)));
}

HistogramFamily::HistogramFamily(prometheus::Family<prometheus::Histogram>* family,
                                 LabelNames labels, std::vector<double> bounds)
    : family_(family), labels_(std::move(labels)), bounds_(std::move(bounds)) {}
Histogram HistogramFamily::With(LabelValues values) const {
  return Histogram(&family_->Add(Labels(labels_, values), bounds_));
}

const std::vector<double>& CallSeconds() {
  static const auto* bounds =
      new std::vector<double>{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5};
  return *bounds;
}

const std::vector<double>& PhaseSeconds() {
  static const auto* bounds =
      new std::vector<double>{1, 5, 15, 60, 300, 900, 3600, 7200, 14400, 28800, 86400};
  return *bounds;
}

struct Metrics::State {
  prometheus::Registry registry;
  absl::Mutex mutex;
  absl::flat_hash_set<std::string> names ABSL_GUARDED_BY(mutex);
  std::vector<std::function<void()>> collectors ABSL_GUARDED_BY(mutex);
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::CheckName(const std::string& name, const LabelNames& labels) {
  REALM_CHECK(absl::StartsWith(name, "realm_") || absl::StartsWith(name, "process_") ||
                  absl::StartsWith(name, "grpc_"),
              name);
  for (const std::string& label : labels) {
    REALM_CHECK(label != "tenant" && label != "migration" && label != "job" && label != "worker",
                name, " has the label ", label, ", whose values have no bound");
  }
  absl::MutexLock lock(&state_->mutex);
  REALM_CHECK(state_->names.insert(name).second, name, " was added before");
}

CounterFamily Metrics::AddCounters(const std::string& name, const std::string& help,
                                   LabelNames labels) {
  CheckName(name, labels);
  REALM_CHECK(absl::EndsWith(name, "_total"), name);
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry);
  return {&family, std::move(labels)};
}

GaugeFamily Metrics::AddGauges(const std::string& name, const std::string& help,
                               LabelNames labels) {
  CheckName(name, labels);
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry);
  return {&family, std::move(labels)};
}

HistogramFamily Metrics::AddHistograms(const std::string& name, const std::string& help,
                                       std::vector<double> bounds, LabelNames labels) {
  CheckName(name, labels);
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(state_->registry);
  return {&family, std::move(labels), std::move(bounds)};
}

void Metrics::OnCollect(std::function<void()> collect) {
  absl::MutexLock lock(&state_->mutex);
  state_->collectors.push_back(std::move(collect));
}

void Metrics::AddUsage(absl::Time started) {
  const Counter cpu = AddCounters("process_cpu_seconds_total", "User and system CPU time.").With();
  const Gauge memory = AddGauges("process_resident_memory_bytes", "Resident memory size.").With();
  const Gauge files = AddGauges("process_open_fds", "Open file descriptors.").With();
  AddGauges("process_start_time_seconds", "Start time since the Unix epoch.")
      .With()
      .Set(absl::ToDoubleSeconds(started - absl::UnixEpoch()));
  OnCollect([cpu, memory, files] {
    const Usage usage = ReadUsage();
    cpu.Increment(std::max(0.0, absl::ToDoubleSeconds(usage.cpu) - cpu.value()));
    memory.Set(static_cast<double>(usage.resident_bytes));
    files.Set(static_cast<double>(usage.open_files));
  });
}

std::string Metrics::Text() const {
  absl::MutexLock lock(&state_->mutex);
  for (const std::function<void()>& collect : state_->collectors)
    collect();
  return prometheus::TextSerializer().Serializer::Serialize(state_->registry.Collect());
}

}  // namespace realm
