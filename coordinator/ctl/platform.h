// The platform, as seen from an app: signs and sends installations and migration hooks over HTTP.
// For the demo, and for tests of the real programs.

#ifndef REALMSHIFT_COORDINATOR_CTL_PLATFORM_H_
#define REALMSHIFT_COORDINATOR_CTL_PLATFORM_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "common/secret.h"
#include "coordinator/ctl/http_client.h"
#include "coordinator/edge/sign_token.h"

namespace realm::ctl {

// One installation of an app, as the platform knows it.
struct Site {
  std::string app_key;
  // Of the deployment that the platform talks to now: "http://127.0.0.1:7480/us".
  std::string base_url;
  std::string hook_path;
  // The tenant.
  std::string client_key;
  Secret shared_secret;
};

// A move that the platform has planned.
struct Order {
  std::string migration_id;
  // The target realm's code.
  std::string location;
  absl::Time window_start;
  absl::Time window_end;
};

struct StatusAnswer {
  std::string status;
  // With "failed" only.
  std::string error_response_code;
};

// Thread safety: one thread at a time.
class Platform {
 public:
  // Signs installations with `key` under `key_id`. `clock` must outlive it.
  Platform(edge::PlatformKey key, std::string key_id, const Clock& clock);

  const edge::PlatformKey& key() const { return key_; }
  const std::string& key_id() const { return key_id_; }

  // Tells the app that it was installed, signed RS256. `body` and query are as in Connect.
  absl::StatusOr<HttpReply> Install(const Site& site);
  // Tells it that it was uninstalled, signed likewise.
  absl::StatusOr<HttpReply> Uninstall(const Site& site);

  // POST {hook}/schedule|start|commit|rollback, signed HS256. Schedule and start carry the whole
  // order, the others its id.
  absl::StatusOr<HttpReply> Send(const Site& site, absl::string_view hook, const Order& order);

  // Send, and the answer must be 200 with the word `status`. Internal: it is another.
  absl::Status SendExpecting(const Site& site, absl::string_view hook, const Order& order,
                             absl::string_view status);

  // GET {hook}/status. FailedPrecondition: the answer is not 200, or holds no status; on that the
  // platform would roll back.
  absl::StatusOr<StatusAnswer> PollStatus(const Site& site, const std::string& migration_id);

  // The app's own report that it has served a request of the tenant at the site's base URL.
  absl::StatusOr<HttpReply> ReportTraffic(const Site& site);

 private:
  absl::StatusOr<HttpReply> SendLifecycle(const Site& site, absl::string_view event);
  std::string Claims(const std::string& issuer, const std::string& audience, const HttpCall& call,
                     const Site& site) const;
  absl::StatusOr<HttpReply> SendSigned(const Site& site, HttpCall call);

  const edge::PlatformKey key_;
  const std::string key_id_;
  const Clock& clock_;
  HttpClient client_;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_PLATFORM_H_
