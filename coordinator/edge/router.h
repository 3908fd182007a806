// Which app and which realm a request is for: told by its host and the beginning of its path, which
// are those of one of the app's base URLs.

#ifndef REALMSHIFT_COORDINATOR_EDGE_ROUTER_H_
#define REALMSHIFT_COORDINATOR_EDGE_ROUTER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/ids.h"
#include "realm/config/v1/config.pb.h"

namespace realm::edge {

// A base URL of an app.
struct Site {
  const config::v1::App* app = nullptr;
  // The realm whose deployment answers at this URL; aliases are resolved.
  RealmId realm;
  // The URL that names no realm in the app's descriptor.
  bool is_default = false;
  // Without a slash at the end.
  std::string url;
  // Lower case, with the port unless it is the scheme's own.
  std::string host;
  // Empty, or begins with a slash and does not end with one.
  std::string base_path;
};

struct Route {
  const Site* site = nullptr;
  // What follows the base path: empty, or begins with a slash. Points into the request.
  absl::string_view rest;
};

// Thread safety: any thread may call any method.
class Router {
 public:
  // `config` is copied. InvalidArgument: a base URL is none, or two apps have the same.
  static absl::StatusOr<Router> Create(const config::v1::CoordinatorConfig& config);

  // `host` is the Host header, `path` as received. Of several base URLs that fit, the longest path
  // counts, then the one that names a realm.
  std::optional<Route> Find(absl::string_view host, absl::string_view path) const;

  // The URL at which a tenant of `realm` is served; null when the app has none.
  const Site* SiteOf(const std::string& app_id, const RealmId& realm) const;

  // Null: no such app.
  const config::v1::App* AppOf(const std::string& app_id) const;

  // All base URLs of an app, as written in its descriptor but for slashes at the end.
  std::vector<std::string> UrlsOf(const std::string& app_id) const;

  const config::v1::CoordinatorConfig& config() const { return *config_; }

 private:
  Router() = default;

  // Shared, so that the sites' pointers survive a copy of the router.
  std::shared_ptr<const config::v1::CoordinatorConfig> config_;
  std::shared_ptr<const std::vector<Site>> sites_;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_ROUTER_H_
