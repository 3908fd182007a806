#include <map>
#include <memory>
#include <string>

#include <libpq-fe.h>

#include "common/check.h"
#include "tests/conformance/test_store.h"
#include "tests/support/worker/postgres_database.h"

namespace realm::worker {
namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr char kCreateRecords[] =
    "CREATE TABLE records (tenant text NOT NULL, key bytea NOT NULL, value bytea NOT NULL,"
    " PRIMARY KEY (tenant, key))";

class PostgresTestStore : public TestStore {
 public:
  explicit PostgresTestStore(const RealmId& realm)
      : realm_(realm), app_(std::make_unique<AppSession>(database_.ConnectionString())) {
    app_->Must(kCreateRecords);
  }

  DatasetOptions Options() const override {
    DatasetOptions options = TestStoreOptions("postgres");
    options.realm = realm_;
    options.connection = Secret(database_.ConnectionString());
    return options;
  }

  absl::Status Put(absl::string_view tenant, absl::string_view key,
                   absl::string_view value) override {
    return app_->RunWith(
        "INSERT INTO records VALUES ($1, $2::bytea, $3::bytea)"
        " ON CONFLICT (tenant, key) DO UPDATE SET value = excluded.value",
        {std::string(tenant), std::string(key), std::string(value)});
  }

  absl::Status Delete(absl::string_view tenant, absl::string_view key) override {
    return app_->RunWith("DELETE FROM records WHERE tenant = $1 AND key = $2::bytea",
                         {std::string(tenant), std::string(key)});
  }

  std::map<std::string, std::string> Records(absl::string_view tenant) override {
    const char* values[] = {tenant.data()};
    const int lengths[] = {static_cast<int>(tenant.size())};
    const int formats[] = {1};
    const Result result(
        PQexecParams(app_->raw(), "SELECT key, value FROM records WHERE tenant = $1", 1, nullptr,
                     values, lengths, formats, 1),
        &PQclear);
    REALM_CHECK(PQresultStatus(result.get()) == PGRES_TUPLES_OK);
    std::map<std::string, std::string> records;
    const auto field = [&result](int row, int column) {
      return std::string(PQgetvalue(result.get(), row, column),
                         static_cast<size_t>(PQgetlength(result.get(), row, column)));
    };
    for (int row = 0; row < PQntuples(result.get()); ++row) {
      records.emplace(field(row, 0), field(row, 1));
    }
    return records;
  }

 private:
  const RealmId realm_;
  const TestDatabase database_;
  const std::unique_ptr<AppSession> app_;
};

}  // namespace

std::unique_ptr<TestStore> MakePostgresTestStore(const RealmId& realm) {
  return std::make_unique<PostgresTestStore>(realm);
}

}  // namespace realm::worker
