// The port for machines that watch a program: /healthz, /readyz and /metrics, plain HTTP. Never for
// the public: it tells what the program does, and asks nobody who they are.

#ifndef REALMSHIFT_COMMON_HTTP_MONITOR_PORT_H_
#define REALMSHIFT_COMMON_HTTP_MONITOR_PORT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "common/http/http_server.h"
#include "common/metrics.h"

namespace realm {

// Thread safety: any thread may call any method.
class MonitorPort {
 public:
  // Listens on `address`. /healthz is 200 as long as the program answers at all, /readyz is 200
  // when `why_not_ready` says nothing and else 503 with what it says, which is called on any
  // thread. `metrics` outlives this.
  //
  // The errors of HttpServer::Start.
  static absl::StatusOr<std::unique_ptr<MonitorPort>> Start(
      const std::string& address, const Metrics* metrics,
      std::function<std::string()> why_not_ready);

  const std::string& address() const { return server_->address(); }

 private:
  MonitorPort(const Metrics* metrics, std::function<std::string()> why_not_ready);
  HttpResponse Answer(const HttpRequest& request) const;

  const Metrics* const metrics_;
  const std::function<std::string()> why_not_ready_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace realm

#endif  // REALMSHIFT_COMMON_HTTP_MONITOR_PORT_H_
