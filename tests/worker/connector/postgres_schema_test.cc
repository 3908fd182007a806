// What a table must be like to be moved, and what the refusals say.

#include "worker/connector/postgres_schema.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "tests/support/worker/postgres_database.h"

namespace realm::worker {
namespace {

class PostgresSchemaTest : public testing::Test {
 protected:
  PostgresSchemaTest() : app_(database_.ConnectionString()) {
    auto opened = PostgresConnection::Open(Secret(database_.ConnectionString()));
    REALM_CHECK_OK(opened.status());
    connection_ = *std::move(opened);
  }

  absl::StatusOr<std::vector<PostgresTable>> Load(const std::vector<TableOptions>& tables) {
    return LoadPostgresSchema(*connection_, tables);
  }

  void ExpectRefused(const std::string& create, const TableOptions& table,
                     absl::string_view mention) {
    app_.Must("DROP TABLE IF EXISTS t CASCADE");
    app_.Must(create);
    const absl::Status status = Load({table}).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << create << ": " << status;
    EXPECT_NE(status.message().find("table t"), absl::string_view::npos) << status;
    EXPECT_NE(status.message().find(mention), absl::string_view::npos) << status;
  }

  void ExpectTaken(const std::string& create, const TableOptions& table) {
    app_.Must("DROP TABLE IF EXISTS t CASCADE");
    app_.Must(create);
    EXPECT_TRUE(Load({table}).ok()) << create << ": " << Load({table}).status();
  }

  std::string Fingerprint(const std::string& create, const TableOptions& table) {
    app_.Must("DROP TABLE IF EXISTS t CASCADE");
    app_.Must(create);
    const auto tables = Load({table});
    REALM_CHECK_OK(tables.status());
    return PostgresFingerprint(*tables);
  }

  const TestDatabase database_;
  AppSession app_;
  std::unique_ptr<PostgresConnection> connection_;
};

TEST_F(PostgresSchemaTest, TablesThatCannotBeMovedAreRefusedByName) {
  const TableOptions by_id{"t", "tenant", {"id"}};
  ExpectRefused("CREATE TABLE other (a int)", by_id, "is not there");
  ExpectRefused("CREATE VIEW t AS SELECT 1 AS tenant, 2 AS id", by_id, "not a table");
  app_.Must("DROP VIEW t");
  ExpectRefused("CREATE TABLE t (id int PRIMARY KEY)", by_id, "no column tenant");
  ExpectRefused("CREATE TABLE t (tenant int PRIMARY KEY)", by_id, "no column id");
  ExpectRefused("CREATE TABLE t (tenant int, id int NOT NULL)", by_id, "unique index");
  ExpectRefused("CREATE TABLE t (tenant int NOT NULL, id int, UNIQUE (tenant, id))", by_id,
                "NOT NULL");
  ExpectRefused("CREATE TABLE t (tenant int, id int NOT NULL, UNIQUE (tenant, id))", by_id,
                "unique index");
  ExpectRefused("CREATE TABLE t (tenant int, id int, x int, PRIMARY KEY (tenant, id, x))", by_id,
                "unique index");
  ExpectRefused("CREATE TABLE t (tenant int, id int, PRIMARY KEY (tenant, id) DEFERRABLE)", by_id,
                "unique index");
  ExpectRefused(
      "CREATE TABLE t (tenant int NOT NULL, id int NOT NULL);"
      "CREATE UNIQUE INDEX ON t (tenant, id) WHERE id > 0",
      by_id, "unique index");
  ExpectRefused(
      "CREATE TABLE t (tenant int NOT NULL, id int NOT NULL);"
      "CREATE UNIQUE INDEX ON t (tenant, abs(id))",
      by_id, "unique index");
}

TEST_F(PostgresSchemaTest, TypesThatMeanSomethingElseElsewhereAreRefused) {
  const TableOptions by_id{"t", "tenant", {"id"}};
  app_.Must("CREATE TYPE mood AS ENUM ('fine', 'bad'); CREATE TYPE pair AS (a int, b int)");
  app_.Must("CREATE DOMAIN moods AS mood[]");
  const std::string key = "tenant int, id int, PRIMARY KEY (tenant, id), ";
  ExpectRefused("CREATE TABLE t (" + key + "x mood[])", by_id, "array of a user-defined type");
  ExpectRefused("CREATE TABLE t (" + key + "x moods)", by_id, "array of a user-defined type");
  ExpectRefused("CREATE TABLE t (" + key + "x pair)", by_id, "row type");
  ExpectRefused("CREATE TABLE t (" + key + "x oid)", by_id, "large objects");
  ExpectRefused("CREATE TABLE t (" + key + "x regclass)", by_id, "this server");
  ExpectTaken("CREATE TABLE t (" + key + "x mood, y int4range, z text[])", by_id);
}

TEST_F(PostgresSchemaTest, TextsThatAreEqualWithoutBeingTheSameAreRefused) {
  app_.Must(
      "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
  ExpectRefused("CREATE TABLE t (tenant text, id text COLLATE loose, PRIMARY KEY (tenant, id))",
                {"t", "tenant", {"id"}}, "different texts");
}

TEST_F(PostgresSchemaTest, AnyUniqueKeyWithinTenantAndKeyColumnsWill) {
  ExpectTaken("CREATE TABLE t (tenant int, id int PRIMARY KEY)", {"t", "tenant", {"id"}});
  ExpectTaken("CREATE TABLE t (tenant int PRIMARY KEY)", {"t", "tenant", {}});
  ExpectTaken("CREATE TABLE t (a text, tenant int, b uuid, PRIMARY KEY (b, tenant, a))",
              {"t", "tenant", {"a", "b"}});
  ExpectTaken(
      "CREATE TABLE t (tenant int, id int, PRIMARY KEY (tenant, id)) PARTITION BY HASH (id)",
      {"public.t", "tenant", {"id"}});
}

TEST_F(PostgresSchemaTest, NamesThatNeedQuotesAreFound) {
  app_.Must(
      "CREATE TABLE \"Odd \"\"Name\" (\"The Tenant\" int, \"select\" int,"
      " PRIMARY KEY (\"The Tenant\", \"select\"))");
  const auto tables = Load({{"\"Odd \"\"Name\"", "The Tenant", {"select"}}});
  ASSERT_TRUE(tables.ok()) << tables.status();
  EXPECT_EQ((*tables)[0].quoted, "public.\"Odd \"\"Name\"");
  EXPECT_EQ((*tables)[0].tenant.quoted, "\"The Tenant\"");
}

TEST_F(PostgresSchemaTest, AnUndeclaredTableThatRefersToADeclaredOneIsRefused) {
  app_.Must("CREATE TABLE t (tenant int, id int, PRIMARY KEY (tenant, id))");
  app_.Must(
      "CREATE TABLE child (tenant int, id int, PRIMARY KEY (tenant, id),"
      " FOREIGN KEY (tenant, id) REFERENCES t ON DELETE CASCADE)");
  const TableOptions parent{"t", "tenant", {"id"}};
  const TableOptions child{"child", "tenant", {"id"}};
  const absl::Status alone = Load({parent}).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(alone));
  EXPECT_NE(alone.message().find("child"), absl::string_view::npos) << alone;
  EXPECT_TRUE(Load({parent, child}).ok());
  EXPECT_TRUE(Load({child}).ok());
}

TEST_F(PostgresSchemaTest, TheFingerprintIsOfWhatMustBeEqual) {
  const TableOptions by_id{"t", "tenant", {"id"}};
  const std::string key = "tenant int, id int, PRIMARY KEY (tenant, id)";
  const std::string base = Fingerprint("CREATE TABLE t (" + key + ", a text, b int)", by_id);
  EXPECT_EQ(base.size(), 32U);
  EXPECT_EQ(base, Fingerprint("CREATE TABLE t (b int, a text DEFAULT 'x', " + key + ")", by_id));
  EXPECT_EQ(base, Fingerprint("CREATE TABLE t (" + key +
                                  ", gone int, a text, b int);"
                                  "ALTER TABLE t DROP COLUMN gone",
                              by_id));
  EXPECT_NE(base, Fingerprint("CREATE TABLE t (" + key + ", a text, b bigint)", by_id));
  EXPECT_NE(base, Fingerprint("CREATE TABLE t (" + key + ", a varchar(5), b int)", by_id));
  EXPECT_NE(base, Fingerprint("CREATE TABLE t (" + key + ", a text NOT NULL, b int)", by_id));
  EXPECT_NE(base, Fingerprint("CREATE TABLE t (" + key + ", a text)", by_id));
  EXPECT_NE(base, Fingerprint("CREATE TABLE t (" + key + ", a text, c int)", by_id));
  EXPECT_NE(base, Fingerprint(
                      "CREATE TABLE t (" + key + ", a text, b int GENERATED ALWAYS AS (id) STORED)",
                      by_id));
}

TEST_F(PostgresSchemaTest, TheFingerprintKnowsTheLabelsOfAnEnum) {
  const TableOptions by_id{"t", "tenant", {"id"}};
  app_.Must("CREATE TYPE mood AS ENUM ('fine', 'bad')");
  const std::string create = "CREATE TABLE t (tenant int, id mood, PRIMARY KEY (tenant, id))";
  const std::string before = Fingerprint(create, by_id);
  app_.Must("ALTER TYPE mood ADD VALUE 'worse' BEFORE 'bad'");
  EXPECT_NE(Fingerprint(create, by_id), before);
}

TEST_F(PostgresSchemaTest, OnlyTextsThatDoNotSortByBytesAreTold) {
  app_.Must(
      "CREATE TABLE t (tenant int, a text, b text COLLATE \"C\", c text COLLATE \"und-x-icu\","
      " d int, PRIMARY KEY (tenant, a, b, c, d))");
  const auto tables = Load({{"t", "tenant", {"a", "b", "c", "d"}}});
  ASSERT_TRUE(tables.ok()) << tables.status();
  std::vector<bool> told;
  for (const PostgresColumn& key : (*tables)[0].keys)
    told.push_back(key.needs_collation);
  // The tests' clusters sort by bytes by default.
  EXPECT_EQ(told, (std::vector<bool>{false, false, true, false}));
}

// The statement that is advised for a table; it is carried out, and then nothing is.
TEST_F(PostgresSchemaTest, AnIndexThatIsMissingIsNamedAndEnough) {
  const struct {
    const char* create;
    TableOptions table;
    const char* advice;
  } kCases[] = {
      {"CREATE TABLE t (tenant int NOT NULL, id int NOT NULL PRIMARY KEY)",
       {"t", "tenant", {"id"}},
       "(\"tenant\", \"id\")"},
      {"CREATE TABLE t (tenant int NOT NULL, a text COLLATE \"C.utf8\", b int, PRIMARY KEY "
       "(tenant, a, b))",
       {"t", "tenant", {"a", "b"}},
       "(\"tenant\", \"a\" COLLATE \"C\", \"b\")"},
      {"CREATE TABLE t (tenant int NOT NULL, a int, b int, PRIMARY KEY (tenant, b, a))",
       {"t", "tenant", {"a", "b"}},
       "(\"tenant\", \"a\", \"b\")"},
      {"CREATE TABLE t (tenant int, a int, PRIMARY KEY (a, tenant)); "
       "CREATE INDEX ON t (tenant, a DESC); CREATE INDEX ON t (tenant, a) WHERE a > 7; "
       "CREATE INDEX ON t (tenant, abs(a)); CREATE INDEX ON t (tenant) INCLUDE (a)",
       {"t", "tenant", {"a"}},
       "(\"tenant\", \"a\")"},
  };
  for (const auto& each : kCases) {
    app_.Must("DROP TABLE IF EXISTS t");
    app_.Must(each.create);
    const std::string statement = MissingPostgresIndex(Load({each.table})->front());
    EXPECT_EQ(statement, absl::StrCat("CREATE INDEX CONCURRENTLY ON public.t ", each.advice));
    app_.Must(statement);
    EXPECT_EQ(MissingPostgresIndex(Load({each.table})->front()), "") << statement;
  }
}

TEST_F(PostgresSchemaTest, NoIndexIsAdvisedWhereTheOrderIsThere) {
  for (const char* create :
       {"CREATE TABLE t (tenant int, a int, PRIMARY KEY (tenant, a))",
        "CREATE TABLE t (tenant text, a text COLLATE \"C\", PRIMARY KEY (tenant, a))",
        "CREATE TABLE t (tenant int, a int, c int, PRIMARY KEY (a, tenant)); "
        "CREATE INDEX ON t (tenant, a, c)"}) {
    app_.Must("DROP TABLE IF EXISTS t");
    app_.Must(create);
    EXPECT_EQ(MissingPostgresIndex(Load({{"t", "tenant", {"a"}}})->front()), "") << create;
  }
  app_.Must("DROP TABLE t; CREATE TABLE t (tenant int PRIMARY KEY, a text)");
  EXPECT_EQ(MissingPostgresIndex(Load({{"t", "tenant", {}}})->front()), "");
}

}  // namespace
}  // namespace realm::worker
