#include "tests/conformance/test_store.h"

namespace realm::worker {

const std::map<std::string, TestStoreMaker>& TestStoreMakers() {
  static const auto* const makers = new std::map<std::string, TestStoreMaker>{
      {"postgres", &MakePostgresTestStore},
      {"rocksdb", &MakeRocksdbTestStore},
  };
  return *makers;
}

DatasetOptions TestStoreOptions(const std::string& kind) {
  DatasetOptions options;
  options.name = TestDatasetName();
  options.kind = kind;
  if (kind == "postgres") options.tables = {{"records", "tenant", {"key"}}};
  return options;
}

DatasetName TestDatasetName() {
  return DatasetName("records");
}

}  // namespace realm::worker
