#include "common/http/monitor_port.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "common/address.h"
#include "common/log.h"
#include "common/status_macros.h"

namespace realm {
namespace {

constexpr char kText[] = "text/plain; charset=utf-8";

}  // namespace

MonitorPort::MonitorPort(const Metrics* metrics, std::function<std::string()> why_not_ready)
    : metrics_(metrics), why_not_ready_(std::move(why_not_ready)) {}

absl::StatusOr<std::unique_ptr<MonitorPort>> MonitorPort::Start(
    const std::string& address, const Metrics* metrics,
    std::function<std::string()> why_not_ready) {
  if (!IsLoopback(address)) {
    Log(Level::kWarning, "health and metrics are served off loopback, to whoever asks",
        {{"address", address}});
  }
  std::unique_ptr<MonitorPort> port(new MonitorPort(metrics, std::move(why_not_ready)));
  const auto serve = [port = port.get()](const HttpRequest& request,
                                         const HttpServer::Respond& respond) {
    respond(port->Answer(request));
  };
  ASSIGN_OR_RETURN(port->server_, HttpServer::Start(address, {}, serve));
  return port;
}

HttpResponse MonitorPort::Answer(const HttpRequest& request) const {
  if (request.method != "GET") return {405, kText, {{"Allow", "GET"}}, ""};
  if (request.path == "/healthz") return {200, kText, {}, "ok\n"};
  if (request.path == "/readyz") {
    const std::string why_not = why_not_ready_();
    if (why_not.empty()) return {200, kText, {}, "ok\n"};
    return {503, kText, {}, absl::StrCat(why_not, "\n")};
  }
  if (request.path != "/metrics") return {404, kText, {}, "there is /healthz, /readyz, /metrics\n"};
  return {200, "text/plain; version=0.0.4", {}, metrics_->Text()};
}

}  // namespace realm
