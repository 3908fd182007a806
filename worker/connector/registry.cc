#include "worker/connector/registry.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "worker/connector/postgres_connector.h"
#include "worker/connector/rocksdb_connector.h"

namespace realm::worker {
namespace {

struct Kind {
  absl::string_view name;
  absl::StatusOr<std::unique_ptr<Dataset>> (*make)(DatasetOptions options);
};

// Sorted by name. A new kind of store is one line here and one in
// tests/conformance.
constexpr std::array kKinds{
    Kind{"postgres", &MakePostgresDataset},
    Kind{"rocksdb", &MakeRocksdbDataset},
};

}  // namespace

std::vector<std::string> ConnectorKinds() {
  std::vector<std::string> names;
  for (const Kind& kind : kKinds)
    names.emplace_back(kind.name);
  return names;
}

absl::StatusOr<std::unique_ptr<Dataset>> MakeDataset(DatasetOptions options) {
  if (options.name.empty()) return absl::InvalidArgumentError("a dataset needs a name");
  if (options.realm.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("dataset ", options.name.value(), " needs the realm whose store it is"));
  }
  for (const Kind& kind : kKinds) {
    if (kind.name == options.kind) return kind.make(std::move(options));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("dataset ", options.name.value(), " has the unknown kind \"", options.kind,
                   "\"; known: ", absl::StrJoin(ConnectorKinds(), ", ")));
}

}  // namespace realm::worker
