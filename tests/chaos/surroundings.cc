#include "tests/chaos/surroundings.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

#include "common/check.h"
#include "common/files.h"
#include "coordinator/ctl/free_ports.h"

namespace realm::chaos {
namespace {

// Puts a link before `target_port`, for whatever the file at `path` says about that port.
void PutBetween(const std::string& name, const std::string& path, absl::string_view key,
                int target_port, Links* links) {
  const auto ports = ctl::FindFreePorts(1);
  REALM_CHECK_OK(ports.status());
  auto link = std::make_unique<LinkProxy>(ports->front(), target_port);
  const auto text = ReadSmallFile(path);
  REALM_CHECK_OK(text.status());
  const std::string before = absl::StrCat(key, target_port);
  const std::string after = absl::StrReplaceAll(*text, {{before, absl::StrCat(key, link->port())}});
  REALM_CHECK(after != *text, path, " does not say ", before);
  REALM_CHECK_OK(WriteFileAtomically(path, after, 0600));
  (*links)[name] = std::move(link);
}

}  // namespace

Links MakeLinks(e2e::RunningSystem& running) {
  Links links;
  ctl::LocalSystem& system = running.system();
  const int coordinator = system.ports().grpc;
  PutBetween("edge to coordinator", system.config_path(e2e::kEdge),
             "  coordinator: \"127.0.0.1:", coordinator, &links);
  for (const ctl::LocalWorker& worker : system.workers()) {
    const std::string path = system.config_path(worker.id);
    PutBetween(absl::StrCat(worker.id, " to coordinator"), path,
               "coordinator: \"127.0.0.1:", coordinator, &links);
    // What peers dial is the link; where it listens stays.
    const int data = system.ports().data.at(worker.id);
    const auto text = ReadSmallFile(path);
    REALM_CHECK_OK(text.status());
    REALM_CHECK_OK(WriteFileAtomically(
        path, absl::StrCat(*text, "data_endpoint: \"127.0.0.1:", data, "\"\n"), 0600));
    PutBetween(absl::StrCat("peers to ", worker.id), path, "data_endpoint: \"127.0.0.1:", data,
               &links);
  }
  for (const std::string realm : {"US", "EU"}) {
    PutBetween(absl::StrCat("workers to the database of ", realm),
               system.files().path(absl::StrCat("keys/connection-", realm)),
               "port=", e2e::PostgresClusterOf(realm).port(), &links);
  }
  return links;
}

}  // namespace realm::chaos
