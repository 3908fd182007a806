#include "coordinator/ctl/local_screen.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "coordinator/ctl/free_ports.h"

namespace realm::ctl {

std::string AddressesText(const LocalSystem& system, absl::string_view where) {
  const LocalPorts& ports = system.ports();
  std::vector<std::string> workers;
  for (const LocalWorker& worker : system.workers())
    workers.push_back(absl::StrCat(worker.id, " (", worker.realm, ")"));
  std::string text = absl::StrCat("  Coordinator  127.0.0.1:", ports.grpc, "      ", where,
                                  where.empty() ? "" : ", ", "not for production\n");
  if (IsListening(ports.http)) {
    absl::StrAppend(&text, "  Metrics      http://127.0.0.1:", ports.http, "/metrics\n");
  }
  absl::string_view title = "  Edge hooks   ";
  for (const config::v1::App& app : system.config().apps()) {
    for (const config::v1::BaseUrl& url : app.region_base_urls()) {
      absl::StrAppend(&text, title, url.url(), app.hook_path(), "\n");
      title = "               ";
    }
  }
  return absl::StrCat(text, "  Workers      ", absl::StrJoin(workers, "  "), "\n");
}

}  // namespace realm::ctl
