#include "coordinator/edge/router.h"

#include <map>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "common/status_macros.h"
#include "coordinator/edge/qsh.h"

namespace realm::edge {
namespace {

using config::v1::App;
using config::v1::CoordinatorConfig;

// The realm that each code of the platform means.
std::map<std::string, RealmId> CodesOf(const CoordinatorConfig& config) {
  std::map<std::string, RealmId> codes;
  for (const config::v1::Realm& realm : config.realms()) {
    codes.emplace(realm.code(), RealmId(realm.code()));
    for (const std::string& alias : realm.aliases())
      codes.emplace(alias, RealmId(realm.code()));
  }
  return codes;
}

std::string NormalHost(absl::string_view host, absl::string_view default_port) {
  absl::ConsumeSuffix(&host, default_port);
  return absl::AsciiStrToLower(host);
}

// Fills in what follows from the URL.
absl::StatusOr<Site> ParseUrl(Site site, absl::string_view url) {
  absl::ConsumeSuffix(&url, "/");
  site.url = std::string(url);
  const bool https = absl::ConsumePrefix(&url, "https://");
  if (!https && !absl::ConsumePrefix(&url, "http://")) {
    return absl::InvalidArgumentError(absl::StrCat("base URL '", site.url, "' is not http(s)"));
  }
  const size_t slash = url.find('/');
  if (slash == 0 || url.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("base URL '", site.url, "' has no host"));
  }
  site.host = NormalHost(url.substr(0, slash), https ? ":443" : ":80");
  if (slash != absl::string_view::npos) site.base_path = std::string(url.substr(slash));
  return site;
}

absl::StatusOr<std::vector<Site>> SitesOf(const CoordinatorConfig& config) {
  const std::map<std::string, RealmId> codes = CodesOf(config);
  std::vector<Site> sites;
  for (const App& app : config.apps()) {
    for (const config::v1::BaseUrl& entry : app.region_base_urls()) {
      const auto realm = codes.find(entry.realm());
      if (realm == codes.end()) {
        return absl::InvalidArgumentError(absl::StrCat("unknown realm '", entry.realm(), "'"));
      }
      ASSIGN_OR_RETURN(Site site, ParseUrl({&app, realm->second, false, "", "", ""}, entry.url()));
      sites.push_back(std::move(site));
    }
    ASSIGN_OR_RETURN(Site site, ParseUrl({&app, RealmId(app.default_realm()), true, "", "", ""},
                                         app.base_url()));
    sites.push_back(std::move(site));
  }
  return sites;
}

absl::Status CheckNoneShared(const std::vector<Site>& sites) {
  std::map<std::pair<std::string, std::string>, const App*> owners;
  for (const Site& site : sites) {
    const auto [owner, added] = owners.try_emplace({site.host, site.base_path}, site.app);
    if (!added && owner->second != site.app) {
      return absl::InvalidArgumentError(absl::StrCat("apps '", owner->second->id(), "' and '",
                                                     site.app->id(), "' share the base URL ",
                                                     site.url));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Router> Router::Create(const CoordinatorConfig& config) {
  Router router;
  router.config_ = std::make_shared<const CoordinatorConfig>(config);
  ASSIGN_OR_RETURN(std::vector<Site> sites, SitesOf(*router.config_));
  RETURN_IF_ERROR(CheckNoneShared(sites));
  router.sites_ = std::make_shared<const std::vector<Site>>(std::move(sites));
  return router;
}

std::optional<Route> Router::Find(absl::string_view host, absl::string_view path) const {
  std::optional<Route> best;
  for (const Site& site : *sites_) {
    const bool https = absl::StartsWith(site.url, "https://");
    if (NormalHost(host, https ? ":443" : ":80") != site.host) continue;
    absl::string_view rest = path;
    if (!CutBasePath(site.base_path, &rest)) continue;
    // Those that name a realm come first in the list of an app.
    if (!best.has_value() || rest.size() < best->rest.size()) best = Route{&site, rest};
  }
  return best;
}

const Site* Router::SiteOf(const std::string& app_id, const RealmId& realm) const {
  for (const Site& site : *sites_) {
    if (site.app->id() == app_id && site.realm == realm) return &site;
  }
  return nullptr;
}

const App* Router::AppOf(const std::string& app_id) const {
  for (const App& app : config_->apps()) {
    if (app.id() == app_id) return &app;
  }
  return nullptr;
}

std::vector<std::string> Router::UrlsOf(const std::string& app_id) const {
  std::vector<std::string> urls;
  for (const Site& site : *sites_) {
    if (site.app->id() == app_id) urls.push_back(site.url);
  }
  return urls;
}

}  // namespace realm::edge
