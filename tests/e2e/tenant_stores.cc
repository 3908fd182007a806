#include "tests/e2e/tenant_stores.h"

#include <stdlib.h>

#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/substitute.h"

#include "common/check.h"
#include "common/digest.h"
#include "coordinator/ctl/local_app.h"
#include "tests/support/worker/postgres_database.h"
#include "worker/connector/embedded_store.h"

namespace realm::e2e {
namespace {

using worker::AppSession;
using worker::EmbeddedStore;

constexpr int kValueBytes = 150;

// Of a tenant with so many in the larger dataset.
constexpr int HistoryRecords(int records) {
  return records * 2 / 15;
}

class RocksdbStores final : public TenantStores {
 public:
  explicit RocksdbStores(ctl::LocalFiles files) : files_(std::move(files)) {}

  std::vector<config::v1::WorkerDataset> DatasetsOf(absl::string_view realm) override {
    std::vector<config::v1::WorkerDataset> datasets;
    for (const absl::string_view name : {ctl::kCoreTransfer, ctl::kHistoryTransfer}) {
      config::v1::WorkerDataset& dataset = datasets.emplace_back();
      dataset.set_name(std::string(name));
      dataset.set_connector("rocksdb");
      dataset.set_path(PathOf(realm, name));
    }
    return datasets;
  }

  bool IsEmbedded() const override { return true; }

  void Seed(absl::string_view realm, absl::string_view tenant, int records) override {
    const auto core = Open(realm, ctl::kCoreTransfer);
    REALM_CHECK_OK(core->Seed(tenant, records, kValueBytes, 1));
    const auto history = Open(realm, ctl::kHistoryTransfer);
    REALM_CHECK_OK(history->Seed(tenant, HistoryRecords(records), kValueBytes, 2));
  }

  void DeleteOne(absl::string_view realm, absl::string_view tenant) override {
    const auto core = Open(realm, ctl::kCoreTransfer);
    std::string first;
    REALM_CHECK_OK(core->Scan(tenant, [&](absl::string_view key, absl::string_view) {
      first = std::string(key);
      return false;
    }));
    REALM_CHECK_OK(core->Delete(tenant, first));
  }

  Holdings Read(absl::string_view realm, absl::string_view tenant) override {
    Holdings holdings;
    KeyedDigest digest("contents");
    for (const absl::string_view dataset : {ctl::kCoreTransfer, ctl::kHistoryTransfer}) {
      digest.UpdateSized(dataset);
      REALM_CHECK_OK(
          Open(realm, dataset)->Scan(tenant, [&](absl::string_view key, absl::string_view value) {
            digest.UpdateSized(key);
            digest.UpdateSized(value);
            ++holdings.records;
            return true;
          }));
    }
    holdings.digest = digest.Finish();
    return holdings;
  }

  int64_t CountWrites(absl::string_view realm) override {
    return Open(realm, ctl::kCoreTransfer)->CountChanges() +
           Open(realm, ctl::kHistoryTransfer)->CountChanges();
  }

  std::string ConnectionString(absl::string_view) override { return ""; }

 private:
  std::string PathOf(absl::string_view realm, absl::string_view dataset) const {
    return files_.path(absl::StrCat("data/", realm, "/", dataset));
  }
  std::unique_ptr<EmbeddedStore> Open(absl::string_view realm, absl::string_view dataset) const {
    auto store = EmbeddedStore::Open(PathOf(realm, dataset));
    REALM_CHECK_OK(store.status());
    return *std::move(store);
  }

  const ctl::LocalFiles files_;
};

// Keys of several columns, one of them text; nulls, bytes, JSON, arrays, numbers and times. Each
// row that anybody begins to write is counted, whether or not its transaction commits.
constexpr absl::string_view kSchema = R"sql(
CREATE TABLE issues (tenant text, id bigint, title text NOT NULL, body bytea, labels text[],
  PRIMARY KEY (tenant, id));
CREATE TABLE comments (tenant text, issue bigint, author text COLLATE "C", body jsonb,
  worth numeric(12,4), PRIMARY KEY (tenant, author, issue));
CREATE TABLE events (tenant text, at timestamptz, number int, note text,
  PRIMARY KEY (tenant, number));
CREATE SEQUENCE writes;
CREATE FUNCTION count_write() RETURNS trigger LANGUAGE plpgsql AS
  $f$ BEGIN PERFORM nextval('public.writes'); RETURN NEW; END $f$;
CREATE TRIGGER counted BEFORE INSERT ON issues FOR EACH ROW EXECUTE FUNCTION count_write();
CREATE TRIGGER counted BEFORE INSERT ON comments FOR EACH ROW EXECUTE FUNCTION count_write();
CREATE TRIGGER counted BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION count_write();
ALTER TABLE issues ENABLE ALWAYS TRIGGER counted;
ALTER TABLE comments ENABLE ALWAYS TRIGGER counted;
ALTER TABLE events ENABLE ALWAYS TRIGGER counted;
)sql";

constexpr absl::string_view kSeed = R"sql(
INSERT INTO issues SELECT '$0', n, 'issue ' || n || ' of $0', sha512(('$0' || n)::bytea),
  CASE WHEN n % 3 = 0 THEN NULL ELSE ARRAY['a' || n % 7, NULL, 'b'] END
  FROM generate_series(1, $1) n;
INSERT INTO comments SELECT '$0', n, chr(65 + n % 50) || md5('$0' || n),
  jsonb_build_object('n', n, 'text', repeat('é', n % 20)), n / 7.0
  FROM generate_series(1, $1 / 10) n;
INSERT INTO events SELECT '$0', timestamptz '2026-01-01' + n * interval '1.5 second', n,
  nullif(repeat('x', n % 90), '') FROM generate_series(1, $2) n;
)sql";

class PostgresStores final : public TenantStores {
 public:
  explicit PostgresStores(ctl::LocalFiles files) : files_(std::move(files)) {
    static int number = 0;
    database_ = absl::StrCat("e2e_", ++number);
  }

  std::vector<config::v1::WorkerDataset> DatasetsOf(absl::string_view realm) override {
    Session(realm);
    const std::string name = absl::StrCat("keys/connection-", realm);
    REALM_CHECK_OK(files_.Write(name, PostgresClusterOf(realm).ConnectionString(database_), true));
    config::v1::WorkerDataset core = Dataset(ctl::kCoreTransfer, files_.path(name));
    AddTable(core, "issues", {"id"});
    AddTable(core, "comments", {"author", "issue"});
    config::v1::WorkerDataset history = Dataset(ctl::kHistoryTransfer, files_.path(name));
    AddTable(history, "events", {"number"});
    return {core, history};
  }

  bool IsEmbedded() const override { return false; }

  void Seed(absl::string_view realm, absl::string_view tenant, int records) override {
    Session(realm).Must(absl::Substitute(kSeed, tenant, records, HistoryRecords(records)));
  }

  void DeleteOne(absl::string_view realm, absl::string_view tenant) override {
    Session(realm).Must(
        absl::Substitute("DELETE FROM issues WHERE tenant = '$0' AND id = 17", tenant));
  }

  Holdings Read(absl::string_view realm, absl::string_view tenant) override {
    Holdings holdings;
    for (const absl::string_view table : {"issues", "comments", "events"}) {
      const std::string row = Session(realm).Ask(absl::Substitute(
          "SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\")) "
          "FROM $0 t WHERE tenant = '$1'",
          table, tenant));
      const std::pair<std::string, std::string> parts =
          absl::StrSplit(row, absl::MaxSplits('|', 1));
      int64_t records = 0;
      REALM_CHECK(absl::SimpleAtoi(parts.first, &records), row);
      holdings.records += records;
      absl::StrAppend(&holdings.digest, table, " ", row, "; ");
    }
    return holdings;
  }

  int64_t CountWrites(absl::string_view realm) override {
    int64_t count = 0;
    REALM_CHECK(absl::SimpleAtoi(
        Session(realm).Ask("SELECT last_value - (NOT is_called)::int FROM writes"), &count));
    return count;
  }

  std::string ConnectionString(absl::string_view realm) override {
    return PostgresClusterOf(realm).ConnectionString(database_);
  }

 private:
  static config::v1::WorkerDataset Dataset(absl::string_view name, const std::string& file) {
    config::v1::WorkerDataset dataset;
    dataset.set_name(std::string(name));
    dataset.set_connector("postgres");
    dataset.set_connection_file(file);
    return dataset;
  }

  static void AddTable(config::v1::WorkerDataset& dataset, const std::string& name,
                       const std::vector<std::string>& keys) {
    config::v1::Table& table = *dataset.add_tables();
    table.set_name(name);
    table.set_tenant_column("tenant");
    for (const std::string& key : keys)
      table.add_key_columns(key);
  }

  AppSession& Session(absl::string_view realm) {
    std::unique_ptr<AppSession>& session = sessions_[std::string(realm)];
    if (session == nullptr) {
      AppSession(PostgresClusterOf(realm).ConnectionString()).Must("CREATE DATABASE " + database_);
      session = std::make_unique<AppSession>(PostgresClusterOf(realm).ConnectionString(database_));
      session->Must(std::string(kSchema));
    }
    return *session;
  }

  const ctl::LocalFiles files_;
  std::string database_;
  std::map<std::string, std::unique_ptr<AppSession>, std::less<>> sessions_;
};

}  // namespace

PostgresServer& PostgresClusterOf(absl::string_view realm) {
  // Never freed: children of this process are gone before it.
  static auto* clusters = new std::map<std::string, std::unique_ptr<PostgresServer>, std::less<>>;
  std::unique_ptr<PostgresServer>& cluster = (*clusters)[std::string(realm)];
  if (cluster == nullptr) {
    cluster = std::make_unique<PostgresServer>(PostgresServerOptions{false, {}});
    // The servers must not outlive us.
    if (clusters->size() == 1) atexit([] { clusters->clear(); });
  }
  return *cluster;
}

std::unique_ptr<TenantStores> MakeTenantStores(StoreKind kind, const ctl::LocalFiles& files) {
  if (kind == StoreKind::kRocksdb) return std::make_unique<RocksdbStores>(files);
  return std::make_unique<PostgresStores>(files);
}

}  // namespace realm::e2e
