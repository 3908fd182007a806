#include "common/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/config/duration.h"
#include "tests/common/config/errors.h"

namespace realm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A coordinator's file in which all is right, and small enough to see where a line is.
constexpr char kCoordinator[] =
    R"(realms:
  - code: US
  - code: EU
    aliases: [DE]
apps:
  - id: com.example.app
    base_url: https://app.example.com
    region_base_urls:
      EU: https://eu.app.example.com
    hook_path: /dare
    default_realm: US
    transfers:
      - name: main
        datasets: [rows]
    datasets:
      - name: rows
)";

std::vector<std::string> CoordinatorErrors(absl::string_view from, absl::string_view to) {
  return Lines(ParseCoordinatorConfig(With(kCoordinator, from, to), "c.yaml").status());
}

// What is added to the app, at its end.
std::vector<std::string> AppErrors(absl::string_view lines) {
  return Lines(
      ParseCoordinatorConfig(absl::StrCat(kCoordinator, "    ", lines, "\n"), "c.yaml").status());
}

std::vector<std::string> RootErrors(absl::string_view lines) {
  return Lines(ParseCoordinatorConfig(absl::StrCat(kCoordinator, lines, "\n"), "c.yaml").status());
}

TEST(CoordinatorConfigTest, DefaultsAreFilledIn) {
  const auto config = ParseCoordinatorConfig(kCoordinator, "c.yaml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->realms(1).store(), "EU");
  EXPECT_EQ(config->listen().grpc(), "127.0.0.1:7460");
  EXPECT_EQ(config->listen().http(), "127.0.0.1:7461");
  EXPECT_EQ(config->listen().health(), "127.0.0.1:7462");
  EXPECT_EQ(FromProto(config->lease()), absl::Seconds(15));
  EXPECT_EQ(FromProto(config->frame_period()), absl::Seconds(3));
  EXPECT_FALSE(config->has_edge());
  EXPECT_EQ(config->limits().migrations_per_realm(), 0);
}

TEST(CoordinatorConfigTest, DefaultsOfAnAppAreFilledIn) {
  const auto config = ParseCoordinatorConfig(kCoordinator, "c.yaml");
  ASSERT_TRUE(config.ok()) << config.status();
  const config::v1::App& app = config->apps(0);
  EXPECT_EQ(app.region_base_urls(0).realm(), "EU");
  EXPECT_EQ(app.region_base_urls(0).url(), "https://eu.app.example.com");
  EXPECT_TRUE(app.transfers(0).blocking());
  EXPECT_EQ(app.datasets(0).handling(), config::v1::Dataset::MOVE);
  EXPECT_EQ(FromProto(app.max_migration_duration()), absl::Hours(2));
  EXPECT_EQ(FromProto(app.window_margin()), absl::Minutes(1));
  EXPECT_EQ(FromProto(app.retry_horizon()), absl::Minutes(15));
  EXPECT_EQ(FromProto(app.purge_grace()), absl::Hours(24));
  EXPECT_EQ(FromProto(app.stuck_after()), absl::Hours(1));
  EXPECT_FALSE(app.has_accept_elapsed());
  EXPECT_EQ(app.switch_order(), config::v1::App::AFTER_COMMIT);
  EXPECT_EQ(app.seal_at(), config::v1::App::COMMIT);
}

TEST(CoordinatorConfigTest, WrittenValuesStay) {
  const auto config = ParseCoordinatorConfig(
      absl::StrCat(kCoordinator,
                   "    purge_grace: 0s\n"
                   "    max_migration_duration: 1h30m\n"
                   "    retry_horizon: 1500ms\n"
                   "    switch_order: before_commit\n"
                   "    seal_at: ready\n"
                   "    connect: {}\n"
                   "    forge: {app_ari: 'ari:cloud:ecosystem::app/1', jwks_file: keys.json}\n"
                   "edge: {secret_key_file: key, cache_folder: cache}\n"
                   "listen: {grpc: '[::1]:9000'}\n"
                   "lease: 10s\n"),
      "c.yaml");
  ASSERT_TRUE(config.ok()) << config.status();
  const config::v1::App& app = config->apps(0);
  EXPECT_EQ(FromProto(app.purge_grace()), absl::ZeroDuration());
  EXPECT_EQ(FromProto(app.max_migration_duration()), absl::Minutes(90));
  EXPECT_EQ(FromProto(app.retry_horizon()), absl::Milliseconds(1500));
  EXPECT_EQ(app.switch_order(), config::v1::App::BEFORE_COMMIT);
  EXPECT_EQ(app.seal_at(), config::v1::App::READY);
  EXPECT_EQ(FromProto(app.connect().leeway()), absl::Seconds(30));
  EXPECT_EQ(FromProto(app.connect().token_life_max()), absl::Minutes(15));
  EXPECT_EQ(FromProto(app.connect().previous_secret_life()), absl::Minutes(10));
  EXPECT_EQ(app.forge().issuer(), "forge/invocation-token");
  EXPECT_EQ(config->edge().listen(), "127.0.0.1:7480");
  EXPECT_EQ(config->edge().coordinator(), "[::1]:9000");
  EXPECT_EQ(FromProto(config->frame_period()), absl::Seconds(2));
}

TEST(CoordinatorConfigTest, BaseUrlsAreAMappingOrAList) {
  const auto config =
      ParseCoordinatorConfig(With(kCoordinator, "      EU: https://eu.app.example.com",
                                  "      - realm: EU\n        url: https://eu.app.example.com"),
                             "c.yaml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->apps(0).region_base_urls(0).realm(), "EU");
  EXPECT_EQ(config->apps(0).region_base_urls(0).url(), "https://eu.app.example.com");
}

TEST(CoordinatorConfigTest, UnknownKeysNameTheNearestKnownOne) {
  EXPECT_THAT(CoordinatorErrors("base_url:", "base_ulr:"),
              ElementsAre("c.yaml:7:5: unknown key \"base_ulr\" in apps[0]; did you mean "
                          "\"base_url\"?"));
  EXPECT_THAT(RootErrors("colour: red"),
              ElementsAre("c.yaml:17:1: unknown key \"colour\"; known here: realms, apps, limits, "
                          "listen, tls, edge, lease, frame_period or ticket_key_file"));
}

TEST(CoordinatorConfigTest, ValuesOfAnotherTypeAreNamedWithWhatIsRight) {
  EXPECT_THAT(CoordinatorErrors("name: rows", "name: [rows]"),
              ElementsAre("c.yaml:16:9: apps[0].datasets[0].name is a list; write a string"));
  EXPECT_THAT(CoordinatorErrors("aliases: [DE]", "aliases: DE"),
              ElementsAre("c.yaml:4:5: realms[1].aliases is \"DE\"; write a list, \"- ...\""));
  EXPECT_THAT(CoordinatorErrors("      - name: main", "      - name: main\n        blocking: yes"),
              ElementsAre("c.yaml:14:9: apps[0].transfers[0].blocking is \"yes\"; write true or "
                          "false"));
  EXPECT_THAT(RootErrors("limits: {migrations_per_app: many}"),
              ElementsAre("c.yaml:17:10: limits.migrations_per_app is \"many\"; write a whole "
                          "number"));
  EXPECT_THAT(RootErrors("tls: none"),
              ElementsAre("c.yaml:17:1: tls is \"none\"; write a mapping"));
  EXPECT_THAT(RootErrors("lease:"),
              ElementsAre("c.yaml:17:1: lease has no value; write one or leave the key out"));
}

TEST(CoordinatorConfigTest, EnumsAreLowerCaseWordsWithoutPrefix) {
  for (const absl::string_view word :
       {"never", "AFTER_COMMIT", "switch_order_unspecified", "2", "[after_commit]"}) {
    EXPECT_THAT(AppErrors(absl::StrCat("switch_order: ", word)),
                ElementsAre(testing::AllOf(StartsWith("c.yaml:17:5: apps[0].switch_order is "),
                                           HasSubstr("; write after_commit or before_commit"))));
  }
  EXPECT_THAT(CoordinatorErrors("      - name: rows", "      - {name: rows, handling: keep}"),
              ElementsAre("c.yaml:16:22: apps[0].datasets[0].handling is \"keep\"; write move, "
                          "rebuild or drop"));
}

TEST(CoordinatorConfigTest, OneMistakeIsReportedOnce) {
  EXPECT_THAT(CoordinatorErrors("      - name: rows",
                                "      - name: rows\n      - {name: cache, handling: Drop}"),
              ElementsAre(HasSubstr("apps[0].datasets[1].handling is \"Drop\"; write")));
  EXPECT_THAT(CoordinatorErrors("  - code: US\n", "  - cod: US\n"),
              ElementsAre("c.yaml:2:5: unknown key \"cod\" in realms[0]; did you mean \"code\"?"));
  EXPECT_THAT(RootErrors("edge: [a, b]"),
              ElementsAre(HasSubstr("edge is a list; write a mapping")));
}

TEST(CoordinatorConfigTest, DurationsHaveAUnit) {
  EXPECT_THAT(AppErrors("stuck_after: 30"),
              ElementsAre("c.yaml:17:5: apps[0].stuck_after is \"30\"; write the unit too: \"30s\" "
                          "or \"30m\""));
  for (const absl::string_view text : {"-5m", "inf", "1d", "soon", "''", "1h 30m"}) {
    EXPECT_THAT(AppErrors(absl::StrCat("stuck_after: ", text)),
                ElementsAre(HasSubstr("write a duration, \"90m\"")))
        << text;
  }
}

TEST(CoordinatorConfigTest, DurationsHaveBounds) {
  EXPECT_THAT(AppErrors("max_migration_duration: 25h"),
              ElementsAre("c.yaml:17:5: apps[0].max_migration_duration is 25h; write 30m to 24h"));
  EXPECT_THAT(AppErrors("max_migration_duration: 29m59s"),
              ElementsAre(HasSubstr("is 29m59s; write 30m to 24h")));
  EXPECT_THAT(AppErrors("accept_elapsed: 5m"),
              ElementsAre(HasSubstr("apps[0].accept_elapsed is 5m; write 15m to 168h")));
  EXPECT_THAT(RootErrors("lease: 500ms"), testing::Contains(HasSubstr("write 1s to 10m")));
  EXPECT_THAT(RootErrors("frame_period: 4s"),
              ElementsAre("c.yaml:17:1: frame_period is 4s; write 50ms to 3.75s"));
}

TEST(CoordinatorConfigTest, WhatIsRequiredIsNamedAtTheMappingItLacksIn) {
  EXPECT_THAT(CoordinatorErrors("    default_realm: US\n", ""),
              ElementsAre("c.yaml:6:5: apps[0].default_realm is missing; write the code of the "
                          "realm behind base_url"));
  EXPECT_THAT(CoordinatorErrors("        datasets: [rows]\n", ""),
              ElementsAre(HasSubstr("c.yaml:13:9: apps[0].transfers[0].datasets is missing; write "
                                    "at least one"),
                          HasSubstr("apps[0].datasets[0] (rows) is in no transfer")));
  EXPECT_THAT(Lines(ParseCoordinatorConfig("", "c.yaml").status()),
              ElementsAre("c.yaml:1:1: realms is missing; write at least one realm",
                          "c.yaml:1:1: apps is missing; write at least one app"));
}

TEST(CoordinatorConfigTest, NamesAreUnique) {
  EXPECT_THAT(CoordinatorErrors("code: EU", "code: US"),
              testing::Contains("c.yaml:3:5: realms[1].code is \"US\", as is realms[0].code; give "
                                "each realm its own name"));
  EXPECT_THAT(CoordinatorErrors("aliases: [DE]", "aliases: [DE, US]"),
              ElementsAre(HasSubstr("realms[1].aliases[1] is \"US\", as is realms[0].code")));
  EXPECT_THAT(CoordinatorErrors("      - name: rows", "      - name: rows\n      - name: rows"),
              ElementsAre(HasSubstr("c.yaml:17:9: apps[0].datasets[1].name is \"rows\", as is")));
  EXPECT_THAT(CoordinatorErrors("    datasets:\n",
                                "      - {name: main, datasets: [rows]}\n    datasets:\n"),
              ElementsAre(HasSubstr("apps[0].transfers[1].name is \"main\", as is"),
                          HasSubstr("apps[0].transfers[1].datasets[0] is \"rows\", as is")));
  const std::string app =
      std::string(kCoordinator).substr(std::string(kCoordinator).find("  - id"));
  EXPECT_THAT(RootErrors(app), ElementsAre(HasSubstr("apps[1].id is \"com.example.app\", as is")));
}

TEST(CoordinatorConfigTest, AKeyIsThereOnce) {
  EXPECT_THAT(RootErrors("lease: 10s\nlease: 20s"),
              ElementsAre("c.yaml:18:1: key \"lease\" is already in line 17; keep one of the two"));
}

TEST(CoordinatorConfigTest, ReferencesAreDeclared) {
  EXPECT_THAT(
      CoordinatorErrors("default_realm: US", "default_realm: UX"),
      ElementsAre("c.yaml:11:5: apps[0].default_realm is \"UX\", not a declared realm code; "
                  "did you mean \"US\"?"));
  // An alias is another word for a realm that the platform says; the realm itself has one code.
  EXPECT_THAT(CoordinatorErrors("default_realm: US", "default_realm: DE"),
              ElementsAre(HasSubstr("not a declared realm code; ")));
  EXPECT_THAT(CoordinatorErrors("[rows]", "[row]"),
              ElementsAre(HasSubstr("apps[0].transfers[0].datasets[0] is \"row\", not a declared "
                                    "dataset; did you mean \"rows\"?"),
                          HasSubstr("apps[0].datasets[0] (rows) is in no transfer")));
  EXPECT_THAT(CoordinatorErrors("EU: https", "JP: https"),
              ElementsAre("c.yaml:9:7: apps[0].region_base_urls[0].realm is \"JP\", not a declared "
                          "realm; known here: US, EU or DE"));
}

TEST(CoordinatorConfigTest, BaseUrlsAreUrlsOfDifferentRealms) {
  for (const absl::string_view url :
       {"app.example.com", "ftp://a", "https://", "https://a?b=c", "https://u@a", "https://a:b/",
        "'https://a:'", "https://a:99999", "'https://a b'", "https://a#b", "https://-a"}) {
    EXPECT_THAT(
        CoordinatorErrors("base_url: https://app.example.com", absl::StrCat("base_url: ", url)),
        ElementsAre(testing::AllOf(StartsWith("c.yaml:7:5: apps[0].base_url is "),
                                   HasSubstr("; write http(s)://HOST"))))
        << url;
  }
  EXPECT_THAT(CoordinatorErrors("https://eu.app.example.com", "https://app.example.com"),
              ElementsAre("c.yaml:9:11: apps[0].region_base_urls[0].url is base_url, which is the "
                          "deployment of US; give EU its own"));
}

TEST(CoordinatorConfigTest, TlsIsAllOrNothing) {
  EXPECT_THAT(RootErrors("tls: {ca_file: ca.pem}"),
              ElementsAre("c.yaml:17:1: tls.cert_file is missing; write it too, or leave tls out",
                          HasSubstr("tls.key_file is missing")));
}

TEST(CoordinatorConfigTest, ListenersHaveAddressesOfTheirOwn) {
  EXPECT_THAT(RootErrors("listen: {grpc: localhost}"),
              ElementsAre(HasSubstr("listen.grpc is \"localhost\"; write HOST:PORT")));
  EXPECT_THAT(RootErrors("listen: {grpc: '127.0.0.1:7461'}"),
              ElementsAre(HasSubstr("listen.http is \"127.0.0.1:7461\", as is listen.grpc")));
  EXPECT_TRUE(ParseCoordinatorConfig(
                  absl::StrCat(kCoordinator, "listen: {grpc: '127.0.0.1:0', http: '127.0.0.1:0'}"),
                  "c.yaml")
                  .ok());
}

TEST(CoordinatorConfigTest, TrustedKeysComeByHttpsOnly) {
  EXPECT_THAT(AppErrors("connect: {install_keys_url: 'http://keys.example.com'}"),
              ElementsAre(HasSubstr("http is only for this machine")));
  EXPECT_TRUE(ParseCoordinatorConfig(
                  absl::StrCat(kCoordinator,
                               "    connect: {install_keys_url: 'http://127.0.0.1:8080/keys'}"),
                  "c.yaml")
                  .ok());
  EXPECT_THAT(AppErrors("connect: {install_keys_url: 'https://k', install_keys_folder: keys}"),
              ElementsAre(HasSubstr("is given beside install_keys_folder; keep one")));
  EXPECT_THAT(AppErrors("forge: {}"), ElementsAre(HasSubstr("apps[0].forge.app_ari is missing"),
                                                  HasSubstr("apps[0].forge.jwks_url is missing")));
}

TEST(CoordinatorConfigTest, AllFindingsAreReportedInTheOrderOfTheFile) {
  std::string text = With(kCoordinator, "code: US", "code: us");
  text = With(text, "hook_path: /dare", "hook_path: dare/");
  absl::StrAppend(&text, "lease: 3\n");
  EXPECT_THAT(Lines(ParseCoordinatorConfig(text, "c.yaml").status()),
              ElementsAre(StartsWith("c.yaml:2:5: realms[0].code is \"us\"; write 1 to 16"),
                          StartsWith("c.yaml:10:5: apps[0].hook_path is \"dare/\"; write a path"),
                          StartsWith("c.yaml:11:5: apps[0].default_realm is \"US\", not a"),
                          StartsWith("c.yaml:17:1: lease is \"3\"; write the unit too")));
}

TEST(CoordinatorConfigTest, MoreThanTwentyFindingsAreCounted) {
  std::string text = kCoordinator;
  for (int i = 0; i < 25; ++i)
    absl::StrAppend(&text, "unknown", i, ": 1\n");
  const std::vector<std::string> lines = Lines(ParseCoordinatorConfig(text, "c.yaml").status());
  ASSERT_EQ(lines.size(), 21u);
  EXPECT_EQ(lines.back(), "c.yaml: and 5 more");
}

// The files that the documentation shows are read by the programs.
TEST(ExampleTest, BothExamplesAreRight) {
  const std::string folder = absl::StrCat(getenv("REALM_SOURCE_DIR"), "/docs/examples/");
  const auto coordinator = LoadCoordinatorConfig(folder + "coordinator.yaml");
  ASSERT_TRUE(coordinator.ok()) << coordinator.status();
  EXPECT_EQ(coordinator->apps(0).transfers_size(), 2);
  EXPECT_FALSE(coordinator->apps(0).transfers(1).blocking());
  const auto worker = LoadWorkerConfig(folder + "worker-eu.yaml");
  ASSERT_TRUE(worker.ok()) << worker.status();
  EXPECT_EQ(worker->datasets(0).tables_size(), 2);
}

}  // namespace
}  // namespace realm
