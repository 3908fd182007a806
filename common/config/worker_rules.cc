#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "common/config/rules.h"
#include "common/config/syntax.h"
#include "common/config/words.h"
#include "common/limits.h"

namespace realm {
namespace {

using config::v1::Table;
using config::v1::WorkerConfig;
using config::v1::WorkerDataset;

constexpr int kDatasetsMax = 4096;
constexpr int kKeyColumnsMax = 32;

void CheckTable(const Table& table, const std::string& path, Checker& checker) {
  checker.Require(path + ".name", table.name(), "its name, \"schema.table\"", CheckId);
  checker.Require(path + ".tenant_column", table.tenant_column(),
                  "the column that holds the tenant key");
  Names columns("key column");
  columns.Declare(path + ".tenant_column", table.tenant_column(), checker);
  if (table.key_columns_size() > kKeyColumnsMax) {
    checker.RequireList(path + ".key_columns", table.key_columns_size(), kKeyColumnsMax, "column");
  }
  for (int i = 0; i < table.key_columns_size(); ++i) {
    const std::string item = At(path + ".key_columns", i);
    checker.Require(item, table.key_columns(i), "the name of a column");
    columns.Declare(item, table.key_columns(i), checker);
  }
}

void CheckRocksdb(const WorkerDataset& dataset, const std::string& path, Checker& checker) {
  checker.Require(path + ".path", dataset.path(), "the database's folder");
  const auto refuse = [&](absl::string_view field) {
    checker.Refuse(absl::StrCat(path, field), "is only for postgres; leave it out for rocksdb");
  };
  refuse(".connection_file");
  refuse(".connection_env");
  refuse(".tables");
  refuse(".install_guards");
}

void CheckPostgres(const WorkerDataset& dataset, const std::string& path, Checker& checker) {
  checker.Refuse(path + ".path", "is only for rocksdb; leave it out for postgres");
  if (dataset.connection_env().empty()) {
    checker.Require(path + ".connection_file", dataset.connection_file(),
                    "the file that holds the connection string, or connection_env");
  } else {
    checker.Refuse(path + ".connection_file",
                   "is given beside connection_env; keep one of the two");
  }
  checker.RequireList(path + ".tables", dataset.tables_size(), kTablesPerDatasetMax, "table");
  Names tables("table");
  for (int i = 0; i < dataset.tables_size(); ++i) {
    const std::string item = At(path + ".tables", i);
    CheckTable(dataset.tables(i), item, checker);
    tables.Declare(item + ".name", dataset.tables(i).name(), checker);
  }
}

void CheckDataset(const WorkerDataset& dataset, const std::string& path, Checker& checker) {
  checker.Require(path + ".name", dataset.name(), "its name, as in the coordinator's configuration",
                  CheckId);
  const std::string field = path + ".connector";
  if (!checker.Require(field, dataset.connector(), "rocksdb or postgres")) return;
  if (dataset.connector() == "rocksdb") return CheckRocksdb(dataset, path, checker);
  if (dataset.connector() == "postgres") return CheckPostgres(dataset, path, checker);
  checker.findings().Add(
      field, absl::StrCat("is ", Quoted(dataset.connector()), "; write rocksdb or postgres"));
}

// Peers in other realms dial it, so it must say where.
void CheckDataEndpoint(const WorkerConfig& config, Checker& checker) {
  checker.Optional("data_listen", config.data_listen(), CheckListenAddress);
  const bool is_written = checker.findings().IsWritten("data_endpoint");
  if (is_written) checker.Optional("data_endpoint", config.data_endpoint(), CheckDialAddress);
  if (!IsAnyAddress(config.data_endpoint())) return;
  checker.findings().Add(
      "data_endpoint",
      absl::StrCat("is ", is_written ? "" : "data_listen, ", config.data_endpoint(),
                   ", which nobody can dial; write this host's name"));
}

}  // namespace

void CheckRules(const WorkerConfig& config, Findings& findings) {
  Checker checker(findings);
  checker.Require("worker_id", config.worker_id(), "a name that no other worker of the realm has",
                  CheckId);
  checker.Require("realm", config.realm(), "the code of the realm it works in", CheckRealmCode);
  checker.Require("coordinator", config.coordinator(), "the coordinator's address, HOST:7460",
                  CheckDialAddress);
  CheckDataEndpoint(config, checker);
  checker.Optional("monitor", config.monitor(), CheckListenAddress);
  if (!absl::EndsWith(config.monitor(), ":0") && config.monitor() == config.data_listen()) {
    checker.findings().Add("monitor", "is data_listen as well; give it a port of its own");
  }
  checker.Between("slots", config.slots(), 1, kWorkerSlotsMax);
  CheckTls(config.tls(), checker);
  checker.Require("ticket_public_key_file", config.ticket_public_key_file(),
                  "the file of the public key of the coordinator's tickets");
  checker.RequireList("datasets", config.datasets_size(), kDatasetsMax, "dataset");
  Names datasets("dataset");
  for (int i = 0; i < config.datasets_size(); ++i) {
    CheckDataset(config.datasets(i), At("datasets", i), checker);
    datasets.Declare(At("datasets", i) + ".name", config.datasets(i).name(), checker);
  }
}

}  // namespace realm
