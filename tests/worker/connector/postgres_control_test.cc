// Fences and seals where several sessions meet: who waits for whom, and who gives way.

#include "worker/connector/postgres_control.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "tests/support/eventually.h"
#include "tests/support/worker/postgres_database.h"
#include "worker/connector/connector.h"
#include "worker/connector/registry.h"

namespace realm::worker {
namespace {

constexpr char kConnectionVariable[] = "REALM_TEST_CONNECTION";
constexpr int kReadyDescriptor = 100;

DatasetOptions WithTable(DatasetOptions options) {
  options.tables = {{"t", "tenant", {"id"}}};
  return options;
}

Token TokenOf(uint64_t epoch) {
  return {1, epoch, 1000 + epoch};
}

// What a page of the table's rows is, without a source: read from the database itself.
Page ReadPage(Connector& connector) {
  auto reader = connector.Read("t", {});
  REALM_CHECK_OK(reader.status());
  auto page = (*reader)->Next();
  REALM_CHECK_OK(page.status());
  return *std::move(page);
}

class PostgresControlTest : public testing::Test {
 protected:
  PostgresControlTest() {
    app_.Must("CREATE TABLE t (tenant text, id int, a text, PRIMARY KEY (tenant, id))");
    app_.Must("INSERT INTO t SELECT 'template', g, 'a' || g FROM generate_series(1, 100) g");
  }

  std::unique_ptr<Connector> Open(absl::string_view tenant = "acme") {
    auto opened = OpenPostgres(WithTable(database_.Options()), tenant);
    REALM_CHECK_OK(opened.status());
    return *std::move(opened);
  }

  int64_t Count(absl::string_view tenant = "acme") {
    return atoi(
        app_.Ask(absl::StrCat("SELECT count(*) FROM t WHERE tenant = '", tenant, "'")).c_str());
  }

  const TestDatabase database_;
  AppSession app_{database_.ConnectionString()};
};

// Has no database of its own: it works on its parent's.
class PostgresZombie : public testing::Test {};

// Not a test: a worker that stops in the middle of a batch, with rows of it at the server, and goes
// on when it is told to. It says w before, and then what its next call returned: f for fenced.
TEST_F(PostgresZombie, DISABLED_Writes) {
  const char* connection = getenv(kConnectionVariable);
  if (connection == nullptr) return;
  DatasetOptions options;
  options.name = DatasetName("d");
  options.kind = "postgres";
  options.realm = RealmId("EU");
  options.connection = Secret(connection);
  const auto from = OpenPostgres(WithTable(options), "template");
  const auto to = OpenPostgres(WithTable(options), "acme");
  REALM_CHECK_OK(from.status());
  REALM_CHECK_OK(to.status());
  REALM_CHECK_OK((*to)->RaiseFence(TokenOf(1)));
  const Page page = ReadPage(**from);
  REALM_CHECK_OK((*to)->Write(TokenOf(1), "t", page, "zombie"));
  REALM_CHECK(write(kReadyDescriptor, "w", 1) == 1);
  raise(SIGSTOP);
  absl::Status status = (*to)->Sync();
  while (absl::IsUnavailable(status))
    status = (*to)->Sync();
  const char answer = absl::IsAborted(status) ? 'f' : status.ok() ? 'o' : '?';
  REALM_CHECK(write(kReadyDescriptor, &answer, 1) == 1);
  _exit(0);
}

// A stopped process that holds an open batch, and how to hear of it.
struct Zombie {
  explicit Zombie(const std::string& connection) {
    setenv(kConnectionVariable, connection.c_str(), 1);
    std::array<int, 2> pipe_ends;
    REALM_CHECK(pipe(pipe_ends.data()) == 0);
    pid = fork();
    if (pid == 0) {
      dup2(pipe_ends[1], kReadyDescriptor);
      execl("/proc/self/exe", "zombie", "--gtest_filter=PostgresZombie.DISABLED_Writes",
            "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr);
      _exit(127);
    }
    close(pipe_ends[1]);
    said = pipe_ends[0];
    REALM_CHECK(Hear() == 'w');
    int status = 0;
    REALM_CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
  }
  ~Zombie() {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    close(said);
  }
  char Hear() const {
    char byte = 0;
    REALM_CHECK(read(said, &byte, 1) == 1, "the child failed");
    return byte;
  }

  pid_t pid = 0;
  int said = 0;
};

TEST_F(PostgresControlTest, AZombieInTheMiddleOfABatchHoldsNobodyUp) {
  const Zombie zombie(database_.ConnectionString());
  const auto connector = Open();
  ASSERT_TRUE(connector->RaiseFence(TokenOf(2)).ok());
  EXPECT_EQ(Count(), 0);
  EXPECT_EQ(connector->GetControl()->cursor, "");
  // The same rows, which the zombie has sent as well.
  ASSERT_TRUE(connector->Write(TokenOf(2), "t", ReadPage(*Open("template")), "second").ok());
  ASSERT_TRUE(connector->Sync().ok());
  EXPECT_EQ(*connector->Erase(TokenOf(2), "t", {}, 10, "erased"), 10);
  kill(zombie.pid, SIGCONT);
  EXPECT_EQ(zombie.Hear(), 'f');
  EXPECT_EQ(Count(), 90);
  EXPECT_EQ(connector->GetControl()->cursor, "erased");
}

TEST_F(PostgresControlTest, ALateRaiseDoesNotDisconnectTheOneAhead) {
  const auto ahead = Open();
  const Page page = ReadPage(*Open("template"));
  ASSERT_TRUE(ahead->RaiseFence(TokenOf(2)).ok());
  ASSERT_TRUE(ahead->Write(TokenOf(2), "t", page, "ahead").ok());  // Its batch is open.
  EXPECT_TRUE(absl::IsAborted(Open()->RaiseFence(TokenOf(1))));
  EXPECT_TRUE(absl::IsAborted(Open()->RaiseFence(TokenOf(2))));
  EXPECT_TRUE(ahead->Sync().ok());
  EXPECT_EQ(Count(), 100);
}

TEST_F(PostgresControlTest, ARaiseWaitsForABatchThatEnds) {
  AppSession batch(database_.ConnectionString());
  const auto connector = Open();
  ASSERT_TRUE(connector->RaiseFence(TokenOf(1)).ok());
  // Not a worker's session by name: it is waited for, never ended.
  batch.Must("BEGIN; SELECT * FROM realmshift.control FOR UPDATE");
  absl::Status raised;
  std::thread raise([&] { raised = connector->RaiseFence(TokenOf(2)); });
  ASSERT_TRUE(Eventually(
      [&] { return app_.Ask("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0"; }));
  batch.Must("COMMIT");
  raise.join();
  EXPECT_TRUE(raised.ok()) << raised;
}

TEST_F(PostgresControlTest, AnotherRealmsDatabaseIsRefusedByBothNames) {
  Open();
  const auto other = OpenPostgres(WithTable(database_.Options("US")), "acme");
  EXPECT_TRUE(absl::IsFailedPrecondition(other.status()));
  EXPECT_NE(other.status().message().find("US"), absl::string_view::npos) << other.status();
  EXPECT_NE(other.status().message().find("EU"), absl::string_view::npos) << other.status();
}

TEST_F(PostgresControlTest, ANewerFormatIsRefusedAsSuch) {
  Open();
  app_.Must("UPDATE realmshift.marker SET format = 2");
  const auto opened = OpenPostgres(WithTable(database_.Options()), "acme");
  EXPECT_TRUE(absl::IsFailedPrecondition(opened.status()));
  EXPECT_NE(opened.status().message().find("newer"), absl::string_view::npos) << opened.status();
}

TEST_F(PostgresControlTest, ManyMayOpenAFreshDatabaseAtOnce) {
  std::array<absl::Status, 4> opened;
  std::array<std::thread, 4> threads;
  for (size_t i = 0; i < threads.size(); ++i) {
    threads[i] = std::thread([this, &opened, i] {
      opened[i] = OpenPostgres(WithTable(database_.Options()), absl::StrCat("t", i)).status();
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  for (const absl::Status& status : opened)
    EXPECT_TRUE(status.ok()) << status;
}

TEST_F(PostgresControlTest, ARoleThatMayNotMakeTheSchemaIsToldSo) {
  const std::string role = "poor_" + app_.Ask("SELECT current_database()");
  app_.Must("CREATE ROLE " + role + " LOGIN");
  app_.Must("GRANT SELECT ON t TO " + role);
  DatasetOptions options = WithTable(database_.Options());
  options.connection = Secret(database_.ConnectionString() + " user=" + role);
  const auto opened = OpenPostgres(options, "acme");
  EXPECT_TRUE(absl::IsFailedPrecondition(opened.status()));
  EXPECT_NE(opened.status().message().find("realmshift"), absl::string_view::npos);
  app_.Must("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

}  // namespace
}  // namespace realm::worker
