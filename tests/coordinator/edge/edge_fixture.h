// A whole edge but for sockets and gRPC: one app in two realms, with a Connect and a Forge side, a
// coordinator that is a fake, and the platform's keys.

#ifndef REALMSHIFT_TESTS_COORDINATOR_EDGE_EDGE_FIXTURE_H_
#define REALMSHIFT_TESTS_COORDINATOR_EDGE_EDGE_FIXTURE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/strings/substitute.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

#include "common/config/config.h"
#include "common/log.h"
#include "coordinator/edge/background.h"
#include "coordinator/edge/edge.h"
#include "coordinator/edge/qsh.h"
#include "tests/coordinator/edge/fake_coordinator.h"
#include "tests/coordinator/edge/platform.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_folder.h"

namespace realm::edge {

inline constexpr char kForgeTenant[] = "ari:cloud:ecosystem::installation/75969db9-dc7b-4798";
inline constexpr char kBody[] =
    R"({"startTime":"2030-01-02T00:00:00.000Z","endTime":"2030-01-02T02:00:00.000Z",)"
    R"("location":"EU","migrationId":57500})";

inline config::v1::CoordinatorConfig TestConfig(absl::string_view us_url,
                                                absl::string_view eu_url) {
  const std::string yaml = absl::Substitute(R"(
realms:
  - code: US
  - code: EU
    aliases: [DE]
apps:
  - id: com.example.app
    base_url: $0
    region_base_urls:
      - {realm: EU, url: $1}
    hook_path: /dare
    default_realm: US
    transfers: [{name: main, datasets: [notes]}]
    datasets: [{name: notes}]
    connect: {install_keys_folder: /keys}
    forge: {app_ari: "$2", jwks_file: /jwks.json}
edge: {secret_key_file: /key, cache_folder: /cache}
)",
                                            us_url, eu_url, kAppAri);
  const auto config = ParseCoordinatorConfig(yaml, "test.yaml");
  REALM_CHECK_OK(config.status());
  return *config;
}

// Everything that was logged while this lives.
class CapturedLog {
 public:
  CapturedLog() {
    former_ = SetLogSink([this](absl::string_view record) { absl::StrAppend(&text_, record); });
    SetLogLevel(Level::kDebug);
  }
  ~CapturedLog() {
    SetLogSink(former_);
    SetLogLevel(Level::kInfo);
  }
  const std::string& text() const { return text_; }

 private:
  LogSink former_;
  std::string text_;
};

// The parts of an edge, wired as main.cc does.
class EdgeUnderTest {
 public:
  EdgeUnderTest(const config::v1::CoordinatorConfig& config, const Clock* clock)
      : router(Router::Create(config).value()),
        statuses(folder.path("migrations.cache"), clock),
        installations(folder.path("installations.cache"), clock),
        tenants(folder.path("tenants.cache"), clock),
        authenticator(&router, &installations, secret_key, TestKeys(clock), clock),
        traffic(&coordinator, &tenants, clock),
        edge_metrics(&metrics),
        edge({&router, &authenticator, &coordinator, &statuses, &installations, &tenants, &replays,
              &traffic, &edge_metrics, clock}) {}

  // As if the coordinator had told of the installation.
  void Install(const std::string& tenant, const std::string& secret) {
    v1::Installation installation;
    installation.set_app_id("com.example.app");
    installation.set_tenant_id(tenant);
    installation.set_platform("connect");
    installation.set_installed(true);
    installation.set_sealed_secret(
        Seal(secret_key, secret, absl::StrCat("com.example.app/", tenant)));
    installations.Put(installation);
  }

  TempFolder folder;
  const AeadKey secret_key = AeadKey::Generate();
  const Router router;
  FakeCoordinator coordinator;
  StatusCache statuses;
  InstallationCache installations;
  TenantCache tenants;
  const Authenticator authenticator;
  ReplayGuard replays;
  TrafficReporter traffic;
  Metrics metrics;
  EdgeMetrics edge_metrics;
  Edge edge;

 private:
  // The platform's keys from files, loaded where they are asked for.
  Authenticator::Keys TestKeys(const Clock* clock) {
    WriteIn(folder, "install-1.pem", PlatformsKey().PublicPem());
    const std::string jwks =
        WriteIn(folder, "jwks.json", PlatformsKey().KeySet("forge/invocation-token/1"));
    const auto run = [this](std::function<void()> work) { background_.Run(std::move(work)); };
    Authenticator::Keys keys;
    keys.install["com.example.app"] =
        std::make_shared<KeyCache>(PemFolder(folder.path()), clock, run);
    keys.forge["com.example.app"] = std::make_shared<KeyCache>(JwksFile(jwks), clock, run);
    return keys;
  }

  // Last, so that it stops first.
  Background background_;
};

inline constexpr char kUsUrl[] = "https://app.example.com/connect";
inline constexpr char kEuUrl[] = "https://eu.app.example.com/connect";

// A request to `url`, as an HTTP server would hand it over.
inline HttpRequest RequestTo(const std::string& method, absl::string_view url,
                             const std::string& authorization, const std::string& body = "") {
  absl::ConsumePrefix(&url, "https://");
  const size_t slash = url.find('/');
  const size_t question = url.find('?');
  HttpRequest request;
  request.method = method;
  request.path = std::string(url.substr(slash, question - slash));
  if (question != absl::string_view::npos) request.query = std::string(url.substr(question + 1));
  request.headers = {{"Host", std::string(url.substr(0, slash))}};
  if (!authorization.empty()) request.headers.push_back({"Authorization", authorization});
  request.body = body;
  return request;
}

// The qsh of a request to `url` below kUsUrl or kEuUrl.
inline std::string QshOf(const std::string& method, const std::string& url) {
  const HttpRequest request = RequestTo(method, url, "");
  return QueryStringHash(method, request.path, request.query, "/connect");
}

class EdgeTest : public testing::Test {
 protected:
  EdgeTest() : under_test_(TestConfig(kUsUrl, kEuUrl), &clock_) {
    under_test_.Install(kTenant, kCanary);
  }

  FakeCoordinator& coordinator() { return under_test_.coordinator; }

  int64_t Seconds() const { return absl::ToUnixSeconds(clock_.Now()); }

  // The answer, waited for.
  HttpResponse Send(const HttpRequest& request) {
    absl::Notification answered;
    HttpResponse response;
    under_test_.edge.Serve(request, [&](HttpResponse got) {
      response = std::move(got);
      answered.Notify();
    });
    answered.WaitForNotification();
    return response;
  }

  // Claims of a good Connect token for a request to `url`.
  std::string ConnectClaims(const std::string& method, const std::string& url,
                            const std::string& issuer = kTenant) {
    return absl::Substitute(R"({"iss":"$0","iat":$1,"exp":$2,"qsh":"$3"})", issuer, Seconds(),
                            Seconds() + 180, QshOf(method, url));
  }

  std::string ConnectToken(const std::string& method, const std::string& url) {
    return "JWT " + SignHs256(ConnectClaims(method, url), Secret(kCanary));
  }

  HttpResponse SendConnect(const std::string& method, const std::string& url,
                           const std::string& body = "") {
    return Send(RequestTo(method, url, ConnectToken(method, url), body));
  }

  std::string ForgeClaims() {
    return absl::Substitute(
        R"({"app":{"id":"$0","installationId":"$1"},"context":{"cloudId":"cloud-1"},)"
        R"("aud":"$0","iss":"forge/invocation-token","iat":$2,"nbf":$2,"exp":$3,"jti":"j$4"})",
        kAppAri, kForgeTenant, Seconds(), Seconds() + 25, ++forge_tokens_);
  }

  std::string ForgeToken() {
    return "Bearer " + PlatformsKey().SignRs256(ForgeClaims(), "forge/invocation-token/1");
  }

  std::string InstallClaims(const std::string& url, const std::string& audience) {
    return absl::Substitute(R"({"iss":"$0","iat":$1,"exp":$2,"qsh":"$3","aud":["$4"]})", kTenant,
                            Seconds(), Seconds() + 180, QshOf("POST", url), audience);
  }

  HttpResponse SendInstall(const std::string& url, const std::string& secret) {
    const std::string token = PlatformsKey().SignRs256(InstallClaims(url, kUsUrl), "install-1");
    const std::string body = absl::Substitute(
        R"({"key":"com.example.app","clientKey":"$0","sharedSecret":"$1","baseUrl":)"
        R"("https://site.example.net","eventType":"installed"})",
        kTenant, secret);
    return Send(RequestTo("POST", url, "JWT " + token, body));
  }

  // Puts the tenant into the local copy of the directory.
  void PlaceTenant(const std::string& realm, const std::string& migration = "") {
    v1::Tenant tenant;
    tenant.set_app_id("com.example.app");
    tenant.set_tenant_id(kTenant);
    tenant.set_realm(realm);
    tenant.set_epoch(7);
    tenant.set_migration_id(migration);
    coordinator().tenants[kTenant] = tenant;
    under_test_.tenants.mirror().BeginSnapshot();
    under_test_.tenants.Put(tenant);
    under_test_.tenants.mirror().EndSnapshot();
  }

  FakeClock clock_;
  EdgeUnderTest under_test_;
  int forge_tokens_ = 0;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_TESTS_COORDINATOR_EDGE_EDGE_FIXTURE_H_
