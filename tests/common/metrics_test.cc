#include "common/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "common/usage.h"

namespace realm {
namespace {

using ::testing::HasSubstr;

TEST(MetricsTest, CountersAppearAtZeroAndCount) {
  Metrics metrics;
  const CounterFamily refused =
      metrics.AddCounters("realm_hooks_refused_total", "Hooks refused.", {"hook", "reason"});
  const Counter busy = refused.With({"start", "tenant_busy"});
  EXPECT_THAT(metrics.Text(), HasSubstr("# TYPE realm_hooks_refused_total counter\n"));
  EXPECT_THAT(metrics.Text(),
              HasSubstr("realm_hooks_refused_total{hook=\"start\",reason=\"tenant_busy\"} 0\n"));
  busy.Increment();
  refused.With({"start", "tenant_busy"}).Increment(2);
  EXPECT_EQ(busy.value(), 3);
  EXPECT_THAT(metrics.Text(), HasSubstr("reason=\"tenant_busy\"} 3\n"));
}

TEST(MetricsTest, GaugesAreSetAndMove) {
  Metrics metrics;
  const Gauge slots = metrics.AddGauges("realm_worker_slots", "Slots.").With();
  slots.Set(4);
  slots.Add(-1.5);
  EXPECT_THAT(metrics.Text(), HasSubstr("\nrealm_worker_slots 2.5\n"));
}

TEST(MetricsTest, HistogramsCountByBucket) {
  Metrics metrics;
  const Histogram calls = metrics
                              .AddHistograms("realm_hook_request_duration_seconds",
                                             "Time to answer.", CallSeconds(), {"hook"})
                              .With({"start"});
  calls.Observe(absl::Milliseconds(3));
  calls.Observe(7.0);
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("_bucket{hook=\"start\",le=\"0.0025\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("_bucket{hook=\"start\",le=\"0.005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("_bucket{hook=\"start\",le=\"+Inf\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("_sum{hook=\"start\"} 7.003"));
}

TEST(MetricsTest, CollectorsRunBeforeEachText) {
  Metrics metrics;
  const Gauge rows = metrics.AddGauges("realm_migrations", "Open ones.").With();
  int runs = 0;
  metrics.OnCollect([rows, &runs] { rows.Set(++runs); });
  EXPECT_THAT(metrics.Text(), HasSubstr("\nrealm_migrations 1\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("\nrealm_migrations 2\n"));
}

TEST(MetricsTest, CountsOfManyThreadsAddUp) {
  Metrics metrics;
  const CounterFamily family = metrics.AddCounters("realm_things_total", "Things.", {"kind"});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&family] {
      for (int n = 0; n < 1000; ++n)
        family.With({"copy"}).Increment();
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(family.With({"copy"}).value(), 4000);
}

TEST(MetricsTest, UsageIsThatOfThisProgram) {
  Metrics metrics;
  metrics.AddUsage(absl::FromUnixSeconds(1234567));
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("# TYPE process_cpu_seconds_total counter\n"));
  EXPECT_THAT(text, HasSubstr("\nprocess_start_time_seconds 1234567\n"));
  const Usage usage = ReadUsage();
  EXPECT_GT(usage.cpu, absl::ZeroDuration());
  EXPECT_GT(usage.resident_bytes, 1 << 20);
  EXPECT_LT(usage.resident_bytes, int64_t{1} << 40);
  EXPECT_GE(usage.open_files, 3);
}

TEST(MetricsDeathTest, NamesAndLabelsOutsideTheRulesAreBugs) {
  Metrics metrics;
  metrics.AddCounters("realm_things_total", "Things.");
  EXPECT_DEATH(metrics.AddGauges("realm_things_total", "Again."), "was added before");
  EXPECT_DEATH(metrics.AddCounters("realm_things", "No unit."), "realm_things");
  EXPECT_DEATH(metrics.AddGauges("things", "No prefix."), "things");
  EXPECT_DEATH(metrics.AddGauges("realm_rows", "Unbounded.", {"tenant"}), "no bound");
  EXPECT_DEATH(metrics.AddGauges("realm_rows", "One label.", {"realm"}).With(), "labels=1");
}

}  // namespace
}  // namespace realm
