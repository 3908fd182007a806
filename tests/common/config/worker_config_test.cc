#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/config/config.h"
#include "tests/common/config/errors.h"

namespace realm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kWorker[] =
    R"(worker_id: eu-1
realm: EU
coordinator: 127.0.0.1:7460
ticket_public_key_file: ticket.pem
datasets:
  - name: rows
    connector: rocksdb
    path: /data/rows
)";

std::vector<std::string> WorkerErrors(absl::string_view from, absl::string_view to) {
  return Lines(ParseWorkerConfig(With(kWorker, from, to), "w.yaml").status());
}

TEST(WorkerConfigTest, DefaultsAreFilledIn) {
  const auto config = ParseWorkerConfig(kWorker, "w.yaml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->data_listen(), "127.0.0.1:7470");
  EXPECT_EQ(config->data_endpoint(), "127.0.0.1:7470");
  EXPECT_EQ(config->slots(), 4);
  EXPECT_TRUE(config->datasets(0).install_guards());
}

TEST(WorkerConfigTest, TheMonitorHasAnAddressOfItsOwn) {
  EXPECT_THAT(WorkerErrors("realm: EU", "realm: EU\nmonitor: here"),
              ElementsAre(HasSubstr("monitor is \"here\"; write HOST:PORT")));
  EXPECT_THAT(WorkerErrors("realm: EU", "realm: EU\nmonitor: 127.0.0.1:7470"),
              ElementsAre(HasSubstr("monitor is data_listen as well")));
}

TEST(WorkerConfigTest, RequiredFieldsAndBounds) {
  EXPECT_THAT(WorkerErrors("worker_id: eu-1\n", ""),
              ElementsAre(HasSubstr("worker_id is missing")));
  EXPECT_THAT(WorkerErrors("realm: EU\n", ""), ElementsAre(HasSubstr("realm is missing")));
  EXPECT_THAT(WorkerErrors("realm: EU\n", "realm: eu\n"), ElementsAre(HasSubstr("upper-case")));
  EXPECT_THAT(WorkerErrors(":7460", ":0"), ElementsAre(HasSubstr("a port from 1 to 65535")));
  EXPECT_THAT(WorkerErrors("realm: EU", "realm: EU\nslots: 0"),
              ElementsAre("w.yaml:3:1: slots is 0; write 1 to 1024"));
  EXPECT_THAT(WorkerErrors("realm: EU", "realm: EU\nslots: 1025"),
              ElementsAre(HasSubstr("slots is 1025; write 1 to 1024")));
  EXPECT_THAT(WorkerErrors("realm: EU", "realm: EU\nslots: 99999999999"),
              ElementsAre(HasSubstr("write a whole number")));
  EXPECT_THAT(WorkerErrors("realm: EU", "realm: EU\ndata_listen: 0.0.0.0:7470"),
              ElementsAre(HasSubstr("data_endpoint is data_listen, 0.0.0.0:7470, which nobody")));
}

TEST(WorkerConfigTest, EachConnectorHasItsOwnFields) {
  EXPECT_THAT(WorkerErrors("rocksdb", "mongo"),
              ElementsAre("w.yaml:7:5: datasets[0].connector is \"mongo\"; write rocksdb or "
                          "postgres"));
  EXPECT_THAT(WorkerErrors("    path: /data/rows\n", ""),
              ElementsAre("w.yaml:6:5: datasets[0].path is missing; write the database's folder"));
  EXPECT_THAT(WorkerErrors("    path: /data/rows\n",
                           "    path: /data/rows\n    tables: [{name: a, tenant_column: t}]\n"),
              ElementsAre("w.yaml:9:5: datasets[0].tables is only for postgres; leave it out for "
                          "rocksdb"));
  EXPECT_THAT(WorkerErrors("rocksdb", "postgres"),
              ElementsAre(HasSubstr("datasets[0].connection_file is missing"),
                          HasSubstr("datasets[0].tables is missing"),
                          HasSubstr("datasets[0].path is only for rocksdb")));
}

TEST(WorkerConfigTest, TablesNameTheirColumns) {
  const auto errors = [](absl::string_view tables) {
    return WorkerErrors(
        "connector: rocksdb\n    path: /data/rows",
        absl::StrCat("connector: postgres\n    connection_env: PG\n    tables: ", tables));
  };
  EXPECT_THAT(errors("[{name: a}]"), ElementsAre(HasSubstr("tables[0].tenant_column is missing")));
  EXPECT_THAT(errors("[{tenant_column: t}]"), ElementsAre(HasSubstr("tables[0].name is missing")));
  EXPECT_THAT(errors("[{name: a, tenant_column: t, key_columns: [k, k]}]"),
              ElementsAre(HasSubstr("key_columns[1] is \"k\", as is")));
  EXPECT_THAT(errors("[{name: a, tenant_column: t, key_columns: [t]}]"),
              ElementsAre(HasSubstr("key_columns[0] is \"t\", as is")));
  EXPECT_THAT(errors("[{name: a, tenant_column: t}, {name: a, tenant_column: t}]"),
              ElementsAre(HasSubstr("tables[1].name is \"a\", as is")));
}

TEST(LoadTest, FilesThatCannotBeReadAreNamed) {
  EXPECT_EQ(LoadWorkerConfig("/nonexistent/w.yaml").status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(LoadWorkerConfig("/dev").status().message()), HasSubstr("/dev"));
  const std::string large = absl::StrCat(kWorker, std::string(kConfigBytesMax, '#'));
  EXPECT_THAT(Lines(ParseWorkerConfig(large, "w.yaml").status()),
              ElementsAre(HasSubstr("; write at most 1048576")));
}

}  // namespace
}  // namespace realm
