// What a machine that watches is told of a whole migration.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "tests/support/eventually.h"
#include "tests/support/raw_client.h"
#include "tests/system/one_process_system.h"

namespace realm {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class MetricsOfAMigrationTest : public ::testing::Test {
 protected:
  MetricsOfAMigrationTest() {
    system_.Install("acme", "US");
    EXPECT_TRUE(system_.StoreOf("US", "core").Seed("acme", 300, 100, 1).ok());
  }

  std::string Get(const std::string& address, absl::string_view path) {
    RawClient client(address);
    return client.Exchange(
        absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  }

  // Each series with its value. Fails the test on a line that Prometheus would not take.
  std::map<std::string, double> Scrape(const std::string& address) {
    const std::string response = Get(address, "/metrics");
    EXPECT_THAT(response, StartsWith("HTTP/1.1 200"));
    std::map<std::string, double> series;
    std::set<std::string> families;
    const std::string body = response.substr(response.find("\r\n\r\n") + 4);
    for (const absl::string_view line : absl::StrSplit(body, '\n', absl::SkipEmpty())) {
      if (absl::StartsWith(line, "# TYPE ")) {
        const std::vector<std::string> words = absl::StrSplit(line, ' ');
        EXPECT_TRUE(families.insert(words.at(2)).second) << line << " stands twice";
      }
      if (line[0] == '#') continue;
      const size_t space = line.rfind(' ');
      double value = 0;
      EXPECT_TRUE(absl::SimpleAtod(line.substr(space + 1), &value)) << line;
      EXPECT_TRUE(series.emplace(std::string(line.substr(0, space)), value).second) << line;
    }
    return series;
  }

  OneProcessSystem system_;
};

TEST_F(MetricsOfAMigrationTest, CountersStandAtZeroBeforeAnythingHappens) {
  const auto series = Scrape(system_.monitor_address());
  for (const std::string name :
       {"realm_hook_requests_total{code=\"OK\",hook=\"commit\"}",
        "realm_hook_requests_total{code=\"UNAVAILABLE\",hook=\"status\"}",
        "realm_jobs_enqueued_total{kind=\"copy\",realm=\"EU\"}",
        "realm_job_attempts_total{kind=\"purge\",realm=\"US\",result=\"failed\"}",
        "realm_job_fenced_reports_total{realm=\"EU\"}", "realm_store_errors_total",
        "realm_jobs_pending{kind=\"copy\",realm=\"US\"}", "realm_store_frozen_rows"}) {
    ASSERT_EQ(series.count(name), 1u) << name;
    EXPECT_EQ(series.at(name), 0) << name;
  }
}

TEST_F(MetricsOfAMigrationTest, AMoveIsCountedFromTheHookToTheProof) {
  ASSERT_EQ(system_.Schedule("acme", "57500", "EU"), "scheduled");
  ASSERT_EQ(system_.Schedule("acme", "57500", "EU"), "scheduled");
  ASSERT_THAT(system_.Commit("acme", "57500"), StartsWith("FAILED_PRECONDITION"));
  ASSERT_EQ(system_.Start("acme", "57500"), "copying");
  system_.Await("acme", "57500", v1::Migration::STATE_READY_TO_COMMIT);
  auto series = Scrape(system_.monitor_address());
  const std::string route =
      "realm_migrations{source_realm=\"US\",state=\"ready_to_commit\",target_realm=\"EU\"}";
  EXPECT_EQ(series[route], 1);
  ASSERT_EQ(system_.Commit("acme", "57500"), "committing");
  system_.Traffic("acme", "EU");
  system_.Await("acme", "57500", v1::Migration::STATE_COMMITTED);

  series = Scrape(system_.monitor_address());
  EXPECT_EQ(series[route], 0);
  EXPECT_EQ(series["realm_hook_requests_total{code=\"OK\",hook=\"schedule\"}"], 2);
  EXPECT_EQ(series["realm_hook_replays_total{hook=\"schedule\"}"], 1);
  EXPECT_EQ(series["realm_hook_refusals_total{hook=\"commit\",reason=\"TOO_EARLY\"}"], 1);
  EXPECT_EQ(series["realm_hook_request_duration_seconds_count{hook=\"commit\"}"], 2);
  EXPECT_EQ(series["realm_migrations_finished_total{outcome=\"committed\",source_realm=\"US\","
                   "target_realm=\"EU\"}"],
            1);
  EXPECT_EQ(series["realm_migration_transitions_total{from_state=\"switched\",to_state="
                   "\"committed\"}"],
            1);
  EXPECT_EQ(series["realm_job_attempts_total{kind=\"purge\",realm=\"US\",result=\"ok\"}"], 2);
  EXPECT_GE(series["realm_job_attempts_total{kind=\"copy\",realm=\"EU\",result=\"ok\"}"], 2);
  EXPECT_EQ(series["realm_jobs_running{kind=\"purge\",realm=\"US\"}"], 0);
  EXPECT_EQ(series["realm_directory_tenants{realm=\"EU\"}"], 1);
  EXPECT_GT(series["realm_store_audit_sequence"], 10);
  EXPECT_GT(series["realm_store_write_duration_seconds_count"], 5);
  EXPECT_GT(series["process_resident_memory_bytes"], 1e6);
}

// What is said of workers is made anew a few times a second.
TEST_F(MetricsOfAMigrationTest, WorkersAndTheirSlotsAreCounted) {
  EXPECT_TRUE(Eventually([this] {
    auto series = Scrape(system_.monitor_address());
    return series["realm_workers{realm=\"EU\",state=\"ready\"}"] == 1 &&
           series["realm_worker_slots{realm=\"EU\"}"] == 4;
  }));
}

TEST_F(MetricsOfAMigrationTest, AWorkerCountsItsOwn) {
  ASSERT_EQ(system_.Schedule("acme", "57500", "EU"), "scheduled");
  ASSERT_EQ(system_.Start("acme", "57500"), "copying");
  system_.Await("acme", "57500", v1::Migration::STATE_READY_TO_COMMIT);
  ASSERT_EQ(system_.Commit("acme", "57500"), "committing");
  system_.Traffic("acme", "EU");
  system_.Await("acme", "57500", v1::Migration::STATE_COMMITTED);
  auto series = Scrape(system_.worker_monitor_address());
  EXPECT_EQ(series["realm_worker_jobs_total{kind=\"purge\",result=\"ok\"}"], 2);
  EXPECT_EQ(series["realm_worker_records_erased_total{kind=\"purge\"}"], 300);
  EXPECT_EQ(series["realm_worker_jobs_running"], 0);
  EXPECT_EQ(series["realm_worker_attached"], 1);
  EXPECT_EQ(series["realm_worker_fenced_writes_total"], 0);
  EXPECT_EQ(series["realm_worker_slots{realm=\"US\"}"], 4);
}

TEST_F(MetricsOfAMigrationTest, NoSeriesNamesATenantAMigrationAJobOrAWorker) {
  ASSERT_EQ(system_.Schedule("acme", "57500", "EU"), "scheduled");
  ASSERT_EQ(system_.Start("acme", "57500"), "copying");
  system_.Await("acme", "57500", v1::Migration::STATE_READY_TO_COMMIT);
  for (const std::string& address : {system_.monitor_address(), system_.worker_monitor_address()}) {
    const std::string text = Get(address, "/metrics");
    for (const std::string word : {"acme", "57500", "US-1", "EU-1"})
      EXPECT_THAT(text, Not(HasSubstr(word)));
  }
}

TEST_F(MetricsOfAMigrationTest, HealthAndReadinessAreServedBesideThem) {
  for (const std::string& address : {system_.monitor_address(), system_.worker_monitor_address()}) {
    EXPECT_THAT(Get(address, "/healthz"), StartsWith("HTTP/1.1 200"));
    EXPECT_TRUE(
        Eventually([&] { return absl::StartsWith(Get(address, "/readyz"), "HTTP/1.1 200"); }));
    EXPECT_THAT(Get(address, "/elsewhere"), StartsWith("HTTP/1.1 404"));
  }
}

}  // namespace
}  // namespace realm
