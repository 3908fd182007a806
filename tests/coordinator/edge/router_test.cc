#include "coordinator/edge/router.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace realm::edge {
namespace {

using testing::ElementsAre;

void AddUrl(const std::string& realm, const std::string& url, config::v1::App* app) {
  config::v1::BaseUrl* entry = app->add_region_base_urls();
  entry->set_realm(realm);
  entry->set_url(url);
}

config::v1::CoordinatorConfig Config() {
  config::v1::CoordinatorConfig config;
  config.add_realms()->set_code("US");
  config.add_realms()->set_code("EU");
  config.mutable_realms(1)->add_aliases("DE");
  config::v1::App* app = config.add_apps();
  app->set_id("one");
  app->set_base_url("https://App.example.com/connect/");
  app->set_default_realm("US");
  AddUrl("EU", "https://eu.example.com:443/connect", app);
  app = config.add_apps();
  app->set_id("two");
  app->set_base_url("http://127.0.0.1:7480");
  app->set_default_realm("US");
  AddUrl("US", "http://127.0.0.1:7480", app);
  AddUrl("DE", "http://127.0.0.1:7480/eu", app);
  return config;
}

class RouterTest : public testing::Test {
 protected:
  // "APP REALM REST", with a star at the default deployment.
  std::string Found(absl::string_view host, absl::string_view path) {
    const std::optional<Route> route = router_.Find(host, path);
    if (!route.has_value()) return "";
    return absl::StrCat(route->site->app->id(), " ", route->site->realm.value(),
                        route->site->is_default ? "* " : " ", route->rest);
  }

  const Router router_ = Router::Create(Config()).value();
};

TEST_F(RouterTest, HostAndBasePathTellAppAndRealm) {
  EXPECT_EQ(Found("app.example.com", "/connect/dare/start"), "one US* /dare/start");
  EXPECT_EQ(Found("eu.example.com", "/connect/dare/start"), "one EU /dare/start");
  EXPECT_EQ(Found("app.example.com", "/connect"), "one US* ");
}

TEST_F(RouterTest, HostsAreComparedWithoutCaseAndWithoutTheSchemesPort) {
  EXPECT_EQ(Found("APP.example.com:443", "/connect/x"), "one US* /x");
  EXPECT_EQ(Found("eu.example.com", "/connect/x"), "one EU /x");
  EXPECT_EQ(Found("app.example.com:80", "/connect/x"), "");
  EXPECT_EQ(Found("127.0.0.1", "/x"), "");
}

TEST_F(RouterTest, PathsAreCutOnASegmentsBoundary) {
  EXPECT_EQ(Found("app.example.com", "/connected/x"), "");
  EXPECT_EQ(Found("app.example.com", "/Connect/x"), "");
  EXPECT_EQ(Found("app.example.com", "/"), "");
  EXPECT_EQ(Found("", "/connect/x"), "");
}

TEST_F(RouterTest, TheLongestBasePathCountsThenTheOneThatNamesARealm) {
  EXPECT_EQ(Found("127.0.0.1:7480", "/eu/x"), "two EU /x");
  EXPECT_EQ(Found("127.0.0.1:7480", "/europe"), "two US /europe");
}

TEST_F(RouterTest, AnAliasMeansItsRealm) {
  EXPECT_EQ(router_.SiteOf("two", RealmId("EU"))->url, "http://127.0.0.1:7480/eu");
  EXPECT_EQ(router_.SiteOf("one", RealmId("US"))->url, "https://App.example.com/connect");
  EXPECT_EQ(router_.SiteOf("one", RealmId("AU")), nullptr);
  EXPECT_EQ(router_.SiteOf("three", RealmId("EU")), nullptr);
}

TEST_F(RouterTest, AnAppsUrlsAreItsOwn) {
  EXPECT_THAT(router_.UrlsOf("one"),
              ElementsAre("https://eu.example.com:443/connect", "https://App.example.com/connect"));
  EXPECT_EQ(router_.AppOf("one")->id(), "one");
  EXPECT_EQ(router_.AppOf("three"), nullptr);
}

TEST(RouterCreateTest, ABaseUrlOfTwoAppsIsAnError) {
  config::v1::CoordinatorConfig config = Config();
  config.mutable_apps(1)->set_base_url("https://app.example.com/connect");
  const auto router = Router::Create(config);
  EXPECT_EQ(router.status().message(),
            "apps 'one' and 'two' share the base URL https://app.example.com/connect");
}

TEST(RouterCreateTest, WhatIsNoUrlIsAnError) {
  for (const char* url : {"app.example.com", "ftp://app.example.com", "https:///x", "https://"}) {
    config::v1::CoordinatorConfig config = Config();
    config.mutable_apps(0)->set_base_url(url);
    EXPECT_FALSE(Router::Create(config).ok()) << url;
  }
}

}  // namespace
}  // namespace realm::edge
