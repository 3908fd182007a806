#include "coordinator/ctl/postgres_demo_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"

#include "common/config/config.h"
#include "common/files.h"
#include "tests/support/paths.h"

namespace realm::ctl {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> Texts(const std::vector<config::v1::Table>& tables) {
  std::vector<std::string> texts;
  for (const config::v1::Table& table : tables)
    texts.push_back(table.ShortDebugString());
  return texts;
}

// What the documentation shows as the demo's configuration is the demo's.
TEST(PostgresDemoDataTest, TheExampleDeclaresTheDemosTables) {
  const auto worker = LoadWorkerConfig(SourceFolder() + "/docs/examples/postgres-worker-eu.yaml");
  ASSERT_TRUE(worker.ok()) << worker.status();
  ASSERT_EQ(worker->datasets_size(), 2);
  for (const config::v1::WorkerDataset& dataset : worker->datasets()) {
    EXPECT_EQ(dataset.connector(), "postgres");
    EXPECT_EQ(Texts({dataset.tables().begin(), dataset.tables().end()}),
              Texts(DemoTables(dataset.name())));
  }
  const auto coordinator =
      LoadCoordinatorConfig(SourceFolder() + "/docs/examples/postgres-coordinator.yaml");
  ASSERT_TRUE(coordinator.ok()) << coordinator.status();
  ASSERT_EQ(coordinator->apps_size(), 2);
  for (const config::v1::App& app : coordinator->apps())
    EXPECT_EQ(app.id(), DemoAppKey(app.datasets(0).name()));
}

TEST(PostgresDemoDataTest, TheDocumentationShowsTheRoleThatTheDemoMakes) {
  const auto page = ReadSmallFile(SourceFolder() + "/docs/CONNECTORS.md");
  ASSERT_TRUE(page.ok()) << page.status();
  for (const absl::string_view line : absl::StrSplit(WorkerRoleSql(), '\n', absl::SkipEmpty()))
    EXPECT_THAT(*page, HasSubstr(std::string(line)));
}

TEST(PostgresDemoDataTest, EveryTableIsCompared) {
  for (const absl::string_view app : {kBank, kNotes}) {
    for (const config::v1::Table& table : DemoTables(app))
      EXPECT_THAT(ChecksumSql(), HasSubstr("FROM " + table.name() + " t GROUP BY"));
  }
}

}  // namespace
}  // namespace realm::ctl
