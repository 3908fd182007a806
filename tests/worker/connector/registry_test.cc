#include "worker/connector/registry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace realm::worker {
namespace {

DatasetOptions Valid() {
  DatasetOptions options;
  options.name = DatasetName("pages");
  options.kind = "rocksdb";
  options.realm = RealmId("EU");
  options.path = "/nowhere";
  return options;
}

TEST(RegistryTest, KindsAreSorted) {
  const std::vector<std::string> kinds = ConnectorKinds();
  EXPECT_TRUE(std::is_sorted(kinds.begin(), kinds.end()));
  EXPECT_FALSE(kinds.empty());
}

TEST(RegistryTest, MakingADatasetTouchesNoStore) {
  const auto dataset = MakeDataset(Valid());
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ((*dataset)->name(), DatasetName("pages"));
  EXPECT_EQ((*dataset)->kind(), "rocksdb");
}

TEST(RegistryTest, AnUnknownKindIsRefusedWithTheKnownOnes) {
  DatasetOptions options = Valid();
  options.kind = "rocksdbb";
  const absl::Status status = MakeDataset(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  for (const std::string& kind : ConnectorKinds()) {
    EXPECT_NE(status.message().find(kind), absl::string_view::npos) << status;
  }
}

TEST(RegistryTest, OptionsThatAreMissingOrDoNotFitAreRefused) {
  DatasetOptions nameless = Valid();
  nameless.name = DatasetName();
  DatasetOptions homeless = Valid();
  homeless.realm = RealmId();
  DatasetOptions placeless = Valid();
  placeless.path.clear();
  DatasetOptions connected = Valid();
  connected.connection = Secret("host=nowhere");
  for (const DatasetOptions& options : {nameless, homeless, placeless, connected}) {
    EXPECT_EQ(MakeDataset(options).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace realm::worker
