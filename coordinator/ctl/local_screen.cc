#include "coordinator/ctl/local_screen.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "coordinator/ctl/free_ports.h"

namespace realm::ctl {

std::string AddressesText(const LocalSystem& system, absl::string_view where) {
  const LocalPorts& ports = system.ports();
  const config::v1::App& app = system.config().apps(0);
  std::vector<std::string> workers;
  for (const LocalWorker& worker : system.workers())
    workers.push_back(absl::StrCat(worker.id, " (", worker.realm, ")"));
  std::string text = absl::StrCat("  Coordinator  127.0.0.1:", ports.grpc, "      ", where,
                                  where.empty() ? "" : ", ", "not for production\n");
  if (IsListening(ports.http)) {
    absl::StrAppend(&text, "  Metrics      http://127.0.0.1:", ports.http, "/metrics\n");
  }
  for (const config::v1::BaseUrl& url : app.region_base_urls()) {
    const bool first = &url == &app.region_base_urls(0);
    absl::StrAppend(&text, first ? "  Edge hooks   " : "               ", url.url(),
                    app.hook_path(), "\n");
  }
  return absl::StrCat(text, "  Workers      ", absl::StrJoin(workers, "  "), "\n");
}

}  // namespace realm::ctl
