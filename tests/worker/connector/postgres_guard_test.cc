// The app's writes and the seal: what was begun before it ends before it or fails,
// and nothing is written after it, at any isolation level.

#include "worker/connector/postgres_guard.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "tests/support/worker/postgres_database.h"
#include "worker/connector/connector.h"
#include "worker/connector/registry.h"

namespace realm::worker {
namespace {

constexpr absl::string_view kSealed = "realm: tenant is sealed";

class PostgresGuardTest : public testing::TestWithParam<std::string> {
 protected:
  PostgresGuardTest() {
    app_.Must("CREATE TABLE t (tenant text, id int, a text, PRIMARY KEY (tenant, id))");
    app_.Must("INSERT INTO t VALUES ('acme', 1, 'first'), ('other', 1, 'first')");
    options_ = database_.Options();
    options_.tables = {{"t", "tenant", {"id"}}};
    connector_ = Open();
  }

  std::unique_ptr<Connector> Open() {
    auto opened = OpenPostgres(options_, "acme");
    REALM_CHECK_OK(opened.status());
    return *std::move(opened);
  }

  absl::Status Seal(uint64_t epoch = 1) { return connector_->SetAccess(1, epoch, Access::kClosed); }
  absl::Status Unseal(uint64_t epoch = 2) { return connector_->SetAccess(1, epoch, Access::kOpen); }
  std::string Begin() const { return "BEGIN ISOLATION LEVEL " + GetParam() + "; "; }

  const TestDatabase database_;
  AppSession app_{database_.ConnectionString()};
  AppSession observer_{database_.ConnectionString()};
  DatasetOptions options_;
  std::unique_ptr<Connector> connector_;
};

INSTANTIATE_TEST_SUITE_P(Levels, PostgresGuardTest,
                         testing::Values("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"),
                         [](const testing::TestParamInfo<std::string>& level) {
                           return level.param.substr(0, level.param.find(' '));
                         });

TEST_P(PostgresGuardTest, EveryKindOfWriteToASealedTenantIsRefused) {
  ASSERT_TRUE(Seal().ok());
  for (const char* write : {
           "INSERT INTO t VALUES ('acme', 2, 'late')",
           "UPDATE t SET a = 'late' WHERE tenant = 'acme'",
           "UPDATE t SET a = 'late'",
           "DELETE FROM t WHERE tenant = 'acme'",
           "UPDATE t SET tenant = 'acme', id = 5 WHERE tenant = 'other'",
           "UPDATE t SET tenant = 'away' WHERE tenant = 'acme'",
           "INSERT INTO t VALUES ('acme', 1, 'late') ON CONFLICT (tenant, id) DO UPDATE SET a = "
           "'x'",
           "WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d",
       }) {
    const absl::Status refused = app_.Run(Begin() + write + "; COMMIT");
    EXPECT_EQ(refused.message(), kSealed) << write;
    app_.Must("ROLLBACK");
  }
  EXPECT_EQ(app_.Rows("SELECT * FROM t ORDER BY 1"),
            (std::vector<std::string>{"acme|1|first", "other|1|first"}));
  app_.Must(Begin() + "INSERT INTO t VALUES ('other', 2, 'fine'); COMMIT");
  app_.Must(Begin() + "UPDATE t SET a = 'x' WHERE false; COMMIT");
  ASSERT_TRUE(Unseal().ok());
  app_.Must(Begin() + "INSERT INTO t VALUES ('acme', 2, 'again'); COMMIT");
}

TEST_P(PostgresGuardTest, ASealWaitsForAWriteThatBeganBefore) {
  app_.Must(Begin() + "INSERT INTO t VALUES ('acme', 2, 'early')");
  std::atomic<bool> has_sealed{false};
  absl::Status sealed;
  std::thread seal([&] {
    sealed = Seal();
    has_sealed = true;
  });
  while (observer_.Ask("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0") {
    REALM_CHECK(!has_sealed, "the seal did not wait");
  }
  app_.Must("COMMIT");
  seal.join();
  EXPECT_TRUE(sealed.ok()) << sealed;
  EXPECT_EQ(app_.Ask("SELECT count(*) FROM t WHERE tenant = 'acme'"), "2");
  EXPECT_EQ(app_.Run(Begin() + "INSERT INTO t VALUES ('acme', 4, 'late')").message(), kSealed);
}

// What a transaction saw when it began says nothing: the tenant has no row of access then.
TEST_P(PostgresGuardTest, ATransactionThatBeganBeforeTheFirstSealCannotWriteAfterIt) {
  app_.Must(Begin() + "SELECT * FROM t");
  ASSERT_TRUE(Seal().ok());
  EXPECT_FALSE(app_.Run("INSERT INTO t VALUES ('acme', 2, 'late')").ok());
  app_.Must("ROLLBACK");
  EXPECT_EQ(app_.Ask("SELECT count(*) FROM t WHERE tenant = 'acme'"), "1");
}

// The same where there is a row, and it changes.
TEST_P(PostgresGuardTest, ATransactionThatBeganBetweenTwoSealsCannotWriteAfterTheSecond) {
  ASSERT_TRUE(Seal(1).ok());
  ASSERT_TRUE(Unseal(2).ok());
  app_.Must(Begin() + "SELECT * FROM t");
  ASSERT_TRUE(Seal(3).ok());
  EXPECT_FALSE(app_.Run("INSERT INTO t VALUES ('acme', 2, 'late')").ok());
}

TEST_P(PostgresGuardTest, ASealThatWaitsTooLongIsRecordedAndMayBeRepeated) {
  app_.Must(Begin() + "INSERT INTO t VALUES ('acme', 2, 'early')");
  const absl::Status late = Seal();
  EXPECT_TRUE(absl::IsUnavailable(late)) << late;
  app_.Must("COMMIT");
  EXPECT_TRUE(Seal().ok());
  EXPECT_EQ(connector_->GetControl()->access, Access::kClosed);
}

TEST_P(PostgresGuardTest, NothingIsWrittenOnceTheSealHasReturned) {
  std::atomic<bool> is_sealed{false};
  std::atomic<int> taken{0};
  std::atomic<int> taken_late{0};
  std::vector<std::thread> writers;
  for (int w = 1; w <= 3; ++w) {
    writers.emplace_back([&, w] {
      AppSession session(database_.ConnectionString());
      for (int i = 0;; ++i) {
        const bool began_late = is_sealed;
        const absl::Status status = session.Run(absl::StrCat(
            Begin(), "INSERT INTO t VALUES ('acme', ", w * 1000000 + i, ", 'x'); COMMIT"));
        if (status.ok()) {
          ++taken;
          if (began_late) ++taken_late;
          continue;
        }
        session.Run("ROLLBACK").IgnoreError();
        if (status.message() == kSealed) return;
      }
    });
  }
  while (taken < 50)
    std::this_thread::yield();
  absl::Status sealed = Seal();
  while (absl::IsUnavailable(sealed))
    sealed = Seal();
  is_sealed = true;
  const std::string count = observer_.Ask("SELECT count(*) FROM t");
  for (std::thread& writer : writers)
    writer.join();
  EXPECT_TRUE(sealed.ok()) << sealed;
  EXPECT_EQ(taken_late, 0);
  EXPECT_EQ(observer_.Ask("SELECT count(*) FROM t"), count);
}

class PostgresGuardOnceTest : public PostgresGuardTest {};
INSTANTIATE_TEST_SUITE_P(Levels, PostgresGuardOnceTest, testing::Values("READ COMMITTED"),
                         [](const testing::TestParamInfo<std::string>& /*level*/) {
                           return std::string("READ");
                         });

TEST_P(PostgresGuardOnceTest, TruncateIsRefusedWhileAnyTenantIsSealed) {
  ASSERT_TRUE(Seal().ok());
  EXPECT_EQ(app_.Run("TRUNCATE t").message(), kSealed);
  ASSERT_TRUE(Unseal().ok());
  EXPECT_FALSE(app_.Run("BEGIN ISOLATION LEVEL REPEATABLE READ; TRUNCATE t").ok());
  app_.Must("ROLLBACK; TRUNCATE t");
}

TEST_P(PostgresGuardOnceTest, AnAppWithoutRightsOfItsOwnIsGuardedToo) {
  const std::string role = "plain_" + app_.Ask("SELECT current_database()");
  app_.Must("CREATE ROLE " + role + " LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON t TO " + role);
  AppSession plain(database_.ConnectionString() + " user=" + role);
  plain.Must("INSERT INTO t VALUES ('acme', 2, 'early')");
  plain.Must("BEGIN ISOLATION LEVEL REPEATABLE READ; INSERT INTO t VALUES ('acme', 3, ''); COMMIT");
  ASSERT_TRUE(Seal().ok());
  EXPECT_EQ(plain.Run("INSERT INTO t VALUES ('acme', 4, 'late')").message(), kSealed);
  EXPECT_FALSE(plain.Run("UPDATE realmshift.access SET is_closed = false").ok());
  // The name alone does not make it a worker.
  plain.Must("SET application_name = 'realm-worker'");
  EXPECT_EQ(plain.Run("INSERT INTO t VALUES ('acme', 4, 'late')").message(), kSealed);
  app_.Must("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST_P(PostgresGuardOnceTest, AGuardThatWasTakenAwayComesBackWithTheNextOpening) {
  for (const char* damage :
       {"ALTER TABLE t DISABLE TRIGGER ALL",
        "DO $$ DECLARE g name; BEGIN SELECT tgname INTO g FROM pg_trigger WHERE tgrelid ="
        " 't'::regclass LIMIT 1; EXECUTE 'DROP TRIGGER ' || g || ' ON t'; END $$"}) {
    app_.Must(damage);
    connector_ = Open();
    ASSERT_TRUE(Seal().ok());
    EXPECT_EQ(app_.Run("INSERT INTO t VALUES ('acme', 2, 'late')").message(), kSealed);
    EXPECT_EQ(app_.Run("TRUNCATE t").message(), kSealed);
  }
}

TEST_P(PostgresGuardOnceTest, OpeningAgainTakesNoLockOnTheTable) {
  app_.Must("BEGIN; LOCK TABLE t IN ROW EXCLUSIVE MODE");
  EXPECT_TRUE(OpenPostgres(options_, "acme").ok());
}

TEST_P(PostgresGuardOnceTest, WithoutGuardsTheAppAsksForItself) {
  const TestDatabase database;
  AppSession app(database.ConnectionString());
  app.Must("CREATE TABLE t (tenant text, id int, PRIMARY KEY (tenant, id))");
  DatasetOptions options = database.Options();
  options.tables = {{"t", "tenant", {"id"}}};
  options.install_guards = false;
  const auto connector = OpenPostgres(options, "acme");
  ASSERT_TRUE(connector.ok()) << connector.status();
  ASSERT_TRUE((*connector)->SetAccess(1, 1, Access::kClosed).ok());
  EXPECT_EQ(app.Ask("SELECT count(*) FROM pg_trigger WHERE tgrelid = 't'::regclass"), "0");
  EXPECT_EQ(app.Run("SELECT realmshift.check_open('d', 'acme')").message(), kSealed);
  EXPECT_TRUE(app.Run("SELECT realmshift.check_open('d', 'other')").ok());
}

}  // namespace
}  // namespace realm::worker
