// A whole edge in this process, with a real HTTP server, real gRPC to a made-up coordinator, and
// the platform's own libraries as its clients.

#include "coordinator/edge/edge_server.h"

#include <map>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/substitute.h"
#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/aead.h"
#include "common/config/config.h"
#include "common/digest.h"
#include "common/http/http_server.h"
#include "common/json_text.h"
#include "common/log.h"
#include "coordinator/edge/qsh.h"
#include "tests/coordinator/edge/fake_server.h"
#include "tests/coordinator/edge/node_client.h"
#include "tests/coordinator/edge/platform.h"
#include "tests/support/eventually.h"
#include "tests/support/raw_client.h"

namespace realm::edge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kNextCanary[] = "canary-secret-next-90ab12";

class EdgeServerTest : public testing::Test {
 protected:
  EdgeServerTest() {
    former_ = SetLogSink([this](absl::string_view record) {
      absl::MutexLock lock(&mutex_);
      absl::StrAppend(&log_, record);
    });
    v1::WatchInstallationsResponse installation;
    installation.mutable_installation()->set_app_id("com.example.app");
    installation.mutable_installation()->set_tenant_id(kTenant);
    installation.mutable_installation()->set_sealed_secret(
        Seal(key_, kCanary, absl::StrCat("com.example.app/", kTenant)));
    coordinator_.directory.installations.Push(installation);
    installation.Clear();
    installation.set_snapshot_end(true);
    coordinator_.directory.installations.Push(installation);
    v1::WatchTenantsResponse tenants;
    tenants.set_snapshot_end(true);
    coordinator_.directory.tenants.Push(tenants);
    v1::WatchMigrationsResponse migrations;
    migrations.set_snapshot_end(true);
    coordinator_.admin.migrations.Push(migrations);
    coordinator_.Start();
    WriteIn(folder_, "key", key_.bytes().Reveal());
    WriteIn(folder_, "install-1.pem", PlatformsKey().PublicPem());
    WriteIn(folder_, "jwks.json", PlatformsKey().KeySet("forge/invocation-token/1"));
    StartEdge();
  }
  ~EdgeServerTest() override {
    edge_.reset();
    SetLogSink(former_);
  }

  // The edge cannot know its port before it listens, and its base URLs name it: so it listens on
  // the port that the first one was given.
  config::v1::CoordinatorConfig Config(const std::string& listen) {
    const std::string yaml =
        absl::Substitute(R"(
realms: [{code: US}, {code: EU}]
apps:
  - id: com.example.app
    base_url: http://$0/us
    region_base_urls: [{realm: EU, url: "http://$0/eu"}]
    hook_path: /dare
    default_realm: US
    transfers: [{name: main, datasets: [notes]}]
    datasets: [{name: notes}]
    connect: {install_keys_folder: $1}
    forge: {app_ari: "$2", jwks_file: $1/jwks.json}
edge:
  listen: $0
  coordinator: $3
  secret_key_file: $1/key
  cache_folder: $1/cache
  monitor: 127.0.0.1:0
)",
                         listen, folder_.path(), kAppAri, coordinator_.address());
    const auto config = ParseCoordinatorConfig(yaml, "test.yaml");
    REALM_CHECK_OK(config.status());
    return *config;
  }

  void StartEdge() {
    EdgeServerOptions options;
    options.insecure = true;
    options.patience = absl::Seconds(30);
    if (address_.empty()) {
      const auto probe = HttpServer::Start("127.0.0.1:0", {}, nullptr);
      address_ = (*probe)->address();
    }
    auto edge = EdgeServer::Start(Config(address_), options, &clock_);
    REALM_CHECK_OK(edge.status());
    edge_ = *std::move(edge);
  }

  std::string Plan() {
    std::string private_key;
    AppendJsonString(PlatformsKey().PrivatePem().Reveal(), &private_key);
    return absl::Substitute(
        R"({"us":"http://$0/us","eu":"http://$0/eu","tenant":"$1","secret":"$2","nextSecret":"$3",)"
        R"("privateKey":$4,"installKid":"install-1","forgeKid":"forge/invocation-token/1",)"
        R"("appAri":"$5","installation":"ari:cloud:ecosystem::installation/1"})",
        address_, kTenant, kCanary, kNextCanary, private_key, kAppAri);
  }

  std::string Get(const std::string& address, absl::string_view path) {
    RawClient client(address);
    return client.Exchange(
        absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  }

  // What a poll signed by the tenant is answered with.
  std::string Poll(const std::string& migration) {
    const std::string query = "migrationId=" + migration;
    const int64_t now = absl::ToUnixSeconds(clock_.Now());
    const std::string claims =
        absl::Substitute(R"({"iss":"$0","iat":$1,"exp":$2,"qsh":"$3"})", kTenant, now, now + 60,
                         QueryStringHash("GET", "/us/dare/status", query, "/us"));
    RawClient client(address_);
    return client.Exchange(absl::StrCat("GET /us/dare/status?", query,
                                        " HTTP/1.1\r\nHost: ", address_, "\r\nAuthorization: JWT ",
                                        SignHs256(claims, Secret(kCanary)), "\r\n\r\n"));
  }

  std::string LogSoFar() {
    absl::MutexLock lock(&mutex_);
    return log_;
  }

  SystemClock clock_;
  TempFolder folder_;
  const AeadKey key_ = AeadKey::Generate();
  FakeServer coordinator_;
  std::string address_;
  absl::Mutex mutex_;
  std::string log_ ABSL_GUARDED_BY(mutex_);
  LogSink former_;
  std::unique_ptr<EdgeServer> edge_;
};

TEST_F(EdgeServerTest, AcceptsWhatThePlatformsLibrariesSign) {
  const std::vector<Json> answers = RunNode("accept", Plan());
  EXPECT_GE(answers.size(), 20u);
  for (const Json& answer : answers) {
    EXPECT_EQ(answer.Find("status")->text(), "200")
        << answer.FindString("name") << ": " << answer.FindString("body");
  }
  EXPECT_EQ(coordinator_.hooks.Calls().size(), 8 + 2 + 4u);
  EXPECT_EQ(coordinator_.hooks.Origin().migration_id(), "9007199254740993");
  EXPECT_THAT(LogSoFar(), HasSubstr("answered"));
  EXPECT_THAT(LogSoFar(), Not(HasSubstr("canary")));
}

TEST_F(EdgeServerTest, RefusesWhatIsTamperedWith) {
  const std::map<std::string, std::string> kOthers = {
      {"oversize body", "413"},  {"oversize header", "431"},
      {"duplicate keys", "400"}, {"bad UTF-8", "400"},
      {"trailing bytes", "400"}, {"deep nesting", "400"},
      {"first use", "200"},      {"replayed with another body", "409"},
  };
  const std::vector<Json> answers = RunNode("tamper", Plan());
  EXPECT_GE(answers.size(), 30u);
  for (const Json& answer : answers) {
    const std::string name(answer.FindString("name"));
    const auto other = kOthers.find(name);
    const std::string expected = other == kOthers.end() ? "401" : other->second;
    EXPECT_EQ(answer.Find("status")->text(), expected) << name << ": " << answer.FindString("body");
    const bool may_be_tried_again = expected == "401" || expected == "200";
    EXPECT_EQ(absl::StrContains(answer.FindString("body"), "\"E9999\""), !may_be_tried_again)
        << name;
  }
  EXPECT_THAT(coordinator_.hooks.Calls(), ElementsAre("start")) << "the first use of the token";
  EXPECT_THAT(LogSoFar(), Not(HasSubstr("canary")));
  EXPECT_THAT(LogSoFar(), Not(HasSubstr("eyJ")));
}

TEST_F(EdgeServerTest, AgreesWithThePlatformsLibraryOnRandomRequests) {
  const std::vector<Json> cases = RunNode("qsh", R"({"seed":20300101,"cases":3000})");
  EXPECT_EQ(cases.size(), 3000u);
  for (const Json& one : cases) {
    const std::string canonical = CanonicalRequest(one.FindString("method"), one.FindString("path"),
                                                   one.FindString("query"), one.FindString("base"));
    ASSERT_EQ(canonical, one.Find("canonical")->text());
    ASSERT_EQ(ToHex(Sha256(canonical)), one.Find("qsh")->text());
  }
}

TEST_F(EdgeServerTest, PollsAre200WhileTheCoordinatorIsAwayAndAfterARestart) {
  v1::WatchMigrationsResponse migration;
  migration.mutable_migration()->mutable_ref()->set_app_id("com.example.app");
  migration.mutable_migration()->mutable_ref()->set_tenant_id(kTenant);
  migration.mutable_migration()->mutable_ref()->set_migration_id("57500");
  migration.mutable_migration()->set_status("copying");
  coordinator_.admin.migrations.Push(migration);
  ASSERT_TRUE(
      Eventually([this] { return absl::StrContains(Poll("57500"), R"({"status":"copying"})"); }));
  coordinator_.Stop();
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(Poll("57500"), HasSubstr(R"({"status":"copying"})"));
    EXPECT_THAT(Poll("other"), HasSubstr(R"({"status":"unknown"})"));
  }
  edge_.reset();
  StartEdge();
  EXPECT_THAT(Poll("57500"), HasSubstr(R"({"status":"copying"})"));
  EXPECT_THAT(Poll("other"), StartsWith("HTTP/1.1 200"));
  migration.mutable_migration()->set_status("ready-to-commit");
  coordinator_.admin.migrations.Push(migration);
  coordinator_.Start();
  EXPECT_TRUE(Eventually(
      [this] { return absl::StrContains(Poll("57500"), R"({"status":"ready-to-commit"})"); }));
}

TEST_F(EdgeServerTest, HealthAndMetricsAreServedApart) {
  EXPECT_THAT(Get(edge_->monitor_address(), "/healthz"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(Get(edge_->monitor_address(), "/readyz"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(Get(edge_->monitor_address(), "/metrics"), HasSubstr("realm_edge_live 1"));
  EXPECT_THAT(Get(edge_->monitor_address(), "/other"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Get(address_, "/metrics"), StartsWith("HTTP/1.1 404"));
}

TEST_F(EdgeServerTest, DrainTakesNothingNewAndSaysSo) {
  edge_->Drain(absl::Seconds(10));
  EXPECT_THAT(Get(edge_->monitor_address(), "/readyz"), StartsWith("HTTP/1.1 503"));
  RawClient late(address_);
  EXPECT_TRUE(!late.connected() || late.IsClosed());
}

TEST_F(EdgeServerTest, WhatIsWrongWithTheConfigurationIsSaid) {
  edge_.reset();
  const auto problem = [this](const std::function<void(config::v1::CoordinatorConfig*)>& change,
                              bool insecure = true) {
    config::v1::CoordinatorConfig config = Config(address_);
    change(&config);
    EdgeServerOptions options;
    options.insecure = insecure;
    options.patience = absl::ZeroDuration();
    return std::string(EdgeServer::Start(config, options, &clock_).status().message());
  };
  EXPECT_THAT(problem([](auto* c) { c->clear_edge(); }), StartsWith("edge: is missing"));
  EXPECT_THAT(problem([](auto* c) { c->mutable_edge()->set_secret_key_file("/nowhere"); }),
              StartsWith("edge.secret_key_file: "));
  EXPECT_THAT(problem([](auto* c) { c->mutable_edge()->set_cache_folder("/proc/x"); }),
              StartsWith("edge.cache_folder: "));
  EXPECT_THAT(problem([](auto*) {}, false), StartsWith("tls: is missing"));
  EXPECT_THAT(problem([](auto* c) { c->mutable_edge()->set_coordinator("10.0.0.1:7460"); }),
              HasSubstr("loopback"));
  EXPECT_THAT(problem([](auto* c) {
                c->mutable_apps(0)->mutable_forge()->clear_jwks_file();
                c->mutable_apps(0)->mutable_forge()->set_jwks_url("http://keys.example.com/");
              }),
              HasSubstr("must begin with https://"));
}

}  // namespace
}  // namespace realm::edge
