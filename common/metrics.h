// Counters, gauges and histograms in Prometheus' text format.
//
//   Metrics metrics;
//   const CounterFamily refused = metrics.AddCounters(
//       "realm_hooks_refused_total", "Hooks refused, by reason.", {"reason"});
//   refused.With({"tenant_busy"}).Increment();
//
// Names begin with realm_ (or process_ and grpc_, for what others name so as well), are in base
// units and end with them: _seconds, _bytes, _ratio; counters end with _total. A label value comes
// from a short list known beforehand: never an id of a tenant, a migration, a job or a worker. Call
// With for each value of that list at the start, so that the series begins at zero and its first
// increase can be seen.
//
// A thin layer over prometheus-cpp, whose headers stay in metrics.cc.
//
// Thread safety: any thread may call anything here. Families and series are small values to copy;
// they must not be used after their Metrics is gone.

#ifndef REALMSHIFT_COMMON_METRICS_H_
#define REALMSHIFT_COMMON_METRICS_H_

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
template <typename T>
class Family;
}  // namespace prometheus

namespace realm {

class Counter {
 public:
  // REQUIRES: by >= 0.
  void Increment(double by = 1) const;
  double value() const;

 private:
  friend class CounterFamily;
  explicit Counter(prometheus::Counter* series) : series_(series) {}
  prometheus::Counter* series_;
};

class Gauge {
 public:
  void Set(double value) const;
  void Add(double by) const;  // Which may be negative.
  double value() const;

 private:
  friend class GaugeFamily;
  explicit Gauge(prometheus::Gauge* series) : series_(series) {}
  prometheus::Gauge* series_;
};

class Histogram {
 public:
  void Observe(double value) const;
  void Observe(absl::Duration duration) const { Observe(absl::ToDoubleSeconds(duration)); }

 private:
  friend class HistogramFamily;
  explicit Histogram(prometheus::Histogram* series) : series_(series) {}
  prometheus::Histogram* series_;
};

// Series of one name that differ in their labels. `With` takes the values in the order in which the
// names were given, REQUIRES as many of them, and gives the same series for the same values. It
// takes a lock: keep what it returns where that matters.
using LabelNames = std::vector<std::string>;
using LabelValues = std::initializer_list<absl::string_view>;

class CounterFamily {
 public:
  Counter With(LabelValues values = {}) const;

 private:
  friend class Metrics;
  CounterFamily(prometheus::Family<prometheus::Counter>* family, LabelNames labels);
  prometheus::Family<prometheus::Counter>* family_;
  LabelNames labels_;
};

class GaugeFamily {
 public:
  Gauge With(LabelValues values = {}) const;

 private:
  friend class Metrics;
  GaugeFamily(prometheus::Family<prometheus::Gauge>* family, LabelNames labels);
  prometheus::Family<prometheus::Gauge>* family_;
  LabelNames labels_;
};

class HistogramFamily {
 public:
  Histogram With(LabelValues values = {}) const;

 private:
  friend class Metrics;
  HistogramFamily(prometheus::Family<prometheus::Histogram>* family, LabelNames labels,
                  std::vector<double> bounds);
  prometheus::Family<prometheus::Histogram>* family_;
  LabelNames labels_;
  std::vector<double> bounds_;
};

// Upper bounds in seconds: half a millisecond to five seconds for calls, a second to a day for the
// phases of a migration.
const std::vector<double>& CallSeconds();
const std::vector<double>& PhaseSeconds();

// All the metrics of a program.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  // Each name is added once. REQUIRES: it follows the rules above, and was not added before.
  CounterFamily AddCounters(const std::string& name, const std::string& help,
                            LabelNames labels = {});
  GaugeFamily AddGauges(const std::string& name, const std::string& help, LabelNames labels = {});
  HistogramFamily AddHistograms(const std::string& name, const std::string& help,
                                std::vector<double> bounds, LabelNames labels = {});

  // Called at the start of each Text(), under a lock: for gauges that are cheaper to compute than
  // to keep. Must not call OnCollect or Text.
  void OnCollect(std::function<void()> collect);

  // Adds CPU time, resident memory, open files and the start time of this program, under the names
  // that Prometheus' own clients use.
  void AddUsage(absl::Time started);

  // Everything, in Prometheus' text format 0.0.4 ("text/plain; version=0.0.4").
  std::string Text() const;

 private:
  struct State;
  void CheckName(const std::string& name, const LabelNames& labels);

  std::unique_ptr<State> state_;
};

}  // namespace realm

#endif  // REALMSHIFT_COMMON_METRICS_H_
