#include "worker/connector/postgres_connection.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/check.h"
#include "tests/support/postgres_server.h"
#include "tests/support/worker/postgres_database.h"

namespace realm::worker {
namespace {

class PostgresConnectionTest : public testing::Test {
 protected:
  std::unique_ptr<PostgresConnection> Open() {
    auto opened = PostgresConnection::Open(Secret(database_.ConnectionString()));
    REALM_CHECK_OK(opened.status());
    return *std::move(opened);
  }

  const TestDatabase database_;
};

TEST_F(PostgresConnectionTest, SessionsAreNamedAndSetWhateverTheRolesDefaultsAre) {
  AppSession app(database_.ConnectionString());
  const std::string alter = "ALTER DATABASE " + app.Ask("SELECT current_database()") + " SET ";
  app.Must(alter + "DateStyle = 'German'");
  app.Must(alter + "statement_timeout = '1ms'");
  app.Must(alter + "synchronous_commit = off");
  const auto connection = Open();
  const auto result = connection->Query(
      "SELECT current_setting('application_name'), current_setting('DateStyle'),"
      " current_setting('statement_timeout'), current_setting('synchronous_commit'),"
      " current_setting('row_security')");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(PostgresField(**result, 0, 0), "realm-worker");
  EXPECT_EQ(PostgresField(**result, 0, 1), "ISO, YMD");
  EXPECT_EQ(PostgresField(**result, 0, 2), "0");
  EXPECT_EQ(PostgresField(**result, 0, 3), "on");
  EXPECT_EQ(PostgresField(**result, 0, 4), "off");
}

TEST_F(PostgresConnectionTest, AServerThatIsNotThereIsUnavailable) {
  const auto opened = PostgresConnection::Open(Secret("host=127.0.0.1 port=1 user=x dbname=x"));
  EXPECT_TRUE(absl::IsUnavailable(opened.status())) << opened.status();
}

TEST_F(PostgresConnectionTest, ErrorsSayWhatToDoAndNeverShowValues) {
  const auto connection = Open();
  ASSERT_TRUE(
      connection->Run("CREATE TABLE t (a int PRIMARY KEY, b text CHECK (b <> 'hush'))").ok());
  ASSERT_TRUE(connection->Run("INSERT INTO t VALUES (4711, 'x')").ok());
  const absl::Status twice = connection->Run("INSERT INTO t VALUES (4711, 'y')");
  EXPECT_TRUE(absl::IsInvalidArgument(twice)) << twice;
  EXPECT_EQ(PostgresStateOf(twice), kPostgresUniqueViolation);
  EXPECT_NE(twice.message().find("t_pkey"), absl::string_view::npos) << twice;
  const absl::Status check = connection->Run("INSERT INTO t VALUES (1, 'hush')");
  const absl::Status cast = connection->Query("SELECT $1::int", {{"hush"}}).status();
  for (const absl::Status& status : {twice, check, cast}) {
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_EQ(status.message().find("4711"), absl::string_view::npos) << status;
    EXPECT_EQ(status.message().find("hush"), absl::string_view::npos) << status;
  }
  EXPECT_TRUE(absl::IsFailedPrecondition(connection->Run("SELECT * FROM nowhere")));
  EXPECT_TRUE(absl::IsFailedPrecondition(connection->Run("SELEC")));
  EXPECT_TRUE(absl::IsUnavailable(connection->Run("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$")));
}

TEST_F(PostgresConnectionTest, ASessionThatTheServerEndedIsUnavailableAndKnowsIt) {
  const auto connection = Open();
  AppSession(database_.ConnectionString())
      .Must("SELECT pg_terminate_backend(" + std::to_string(connection->backend_pid()) + ")");
  const absl::Status status = connection->Run("SELECT 1");
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_FALSE(connection->IsUsable());
}

TEST_F(PostgresConnectionTest, RowsComeOneByOneAndThenTheSessionIsFree) {
  const auto connection = Open();
  ASSERT_TRUE(connection->BeginRows("SELECT g FROM generate_series(1, 3) g", {}).ok());
  int rows = 0;
  while (true) {
    const auto row = connection->NextRow();
    ASSERT_TRUE(row.ok()) << row.status();
    if (*row == nullptr) break;
    ++rows;
  }
  EXPECT_EQ(rows, 3);
  EXPECT_TRUE(connection->Run("SELECT 1").ok());
  ASSERT_TRUE(connection->BeginRows("SELECT 1 / (3 - g) FROM generate_series(1, 3) g", {}).ok());
  EXPECT_TRUE(connection->NextRow().ok());
  EXPECT_TRUE(connection->NextRow().ok());
  EXPECT_TRUE(absl::IsInvalidArgument(connection->NextRow().status()));
  EXPECT_TRUE(connection->Run("SELECT 1").ok());
}

TEST_F(PostgresConnectionTest, AnErrorOfCopyNamesItsRow) {
  const auto connection = Open();
  ASSERT_TRUE(connection->Run("CREATE TABLE t (a int CHECK (a < 10))").ok());
  ASSERT_TRUE(connection->BeginCopyIn("COPY t FROM STDIN").ok());
  ASSERT_TRUE(connection->PutCopy("1\n2\n30\n4\n").ok());
  const absl::Status status = connection->EndCopyIn();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_EQ(PostgresCopyRowOf(status), 3);
  EXPECT_TRUE(connection->Run("SELECT 1").ok());
}

TEST_F(PostgresConnectionTest, ATransactionThatIsNotCommittedIsUndone) {
  const auto connection = Open();
  ASSERT_TRUE(connection->Run("CREATE TABLE t (a int)").ok());
  {
    auto undone = PostgresTransaction::Begin(*connection);
    ASSERT_TRUE(undone.ok());
    ASSERT_TRUE(connection->Run("INSERT INTO t VALUES (1)").ok());
  }
  auto done = PostgresTransaction::Begin(*connection);
  ASSERT_TRUE(done.ok());
  ASSERT_TRUE(connection->Run("INSERT INTO t VALUES (2)").ok());
  ASSERT_TRUE(done->Commit(PostgresTransaction::Durability::kLater).ok());
  EXPECT_EQ(AppSession(database_.ConnectionString()).Ask("SELECT string_agg(a::text, ',') FROM t"),
            "2");
}

TEST_F(PostgresConnectionTest, ACommitOfAFailedTransactionIsNoSuccess) {
  const auto connection = Open();
  auto transaction = PostgresTransaction::Begin(*connection);
  ASSERT_TRUE(transaction.ok());
  EXPECT_FALSE(connection->Run("SELECT * FROM nowhere").ok());
  EXPECT_FALSE(transaction->Commit(PostgresTransaction::Durability::kNow).ok());
}

TEST_F(PostgresConnectionTest, IdentifiersAndLiteralsAreQuoted) {
  const auto connection = Open();
  EXPECT_EQ(connection->QuoteIdentifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(connection->QuoteLiteral("it's"), "'it''s'");
}

}  // namespace
}  // namespace realm::worker
