// What real tables hold arrives unchanged and is told apart by digests: types,
// NULLs, generated columns, keys of every kind, references between tables.

#include "worker/connector/postgres_connector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "tests/support/worker/postgres_database.h"
#include "worker/connector/connector.h"
#include "worker/connector/registry.h"

namespace realm::worker {
namespace {

constexpr absl::string_view kKey = "digest key";

class PostgresConnectorTest : public testing::Test {
 protected:
  // The same statements at both sides.
  void Create(const std::string& sql, std::vector<TableOptions> tables) {
    source_app_.Must(sql);
    target_app_.Must(sql);
    tables_ = std::move(tables);
  }

  std::unique_ptr<Connector> OpenIn(const TestDatabase& database, absl::string_view realm,
                                    absl::string_view tenant) {
    DatasetOptions options = database.Options(realm);
    options.tables = tables_;
    auto opened = OpenPostgres(options, tenant);
    REALM_CHECK_OK(opened.status());
    return *std::move(opened);
  }
  std::unique_ptr<Connector> OpenSource(absl::string_view tenant = "acme") {
    return OpenIn(source_database_, "US", tenant);
  }
  std::unique_ptr<Connector> OpenTarget(absl::string_view tenant = "acme") {
    return OpenIn(target_database_, "EU", tenant);
  }

  static absl::Status CopyTable(Connector& source, Connector& target, const std::string& table) {
    auto reader = source.Read(table, {});
    REALM_CHECK_OK(reader.status());
    while (true) {
      const auto page = (*reader)->Next();
      REALM_CHECK_OK(page.status());
      if (page->record_count == 0) return target.Sync();
      const absl::Status status = target.Write(kToken, table, *page, page->last_key);
      if (!status.ok()) return status;
    }
  }

  static void CopyAll(Connector& source, Connector& target) {
    REALM_CHECK_OK(target.RaiseFence(kToken));
    for (const std::string& table : source.Tables()) {
      REALM_CHECK_OK(CopyTable(source, target, table));
    }
  }

  static std::string DigestOf(Connector& connector, const std::string& table) {
    auto digest = connector.DigestOf(table, {}, kKey, 1000);
    REALM_CHECK_OK(digest.status());
    return digest->digest;
  }

  // Copies the tenant's rows of the one table `t` and compares both sides, by an SQL of its own
  // and by digests.
  void ExpectArrivesUnchanged(absl::string_view tenant = "acme") {
    const auto source = OpenSource(tenant);
    const auto target = OpenTarget(tenant);
    CopyAll(*source, *target);
    const std::string all = "SELECT t::text FROM t ORDER BY t::text";
    EXPECT_EQ(target_app_.Rows(all), source_app_.Rows(all));
    EXPECT_EQ(DigestOf(*target, "t"), DigestOf(*source, "t"));
    EXPECT_EQ(*source->SchemaFingerprint(), *target->SchemaFingerprint());
  }

  const TestDatabase source_database_;
  const TestDatabase target_database_;
  AppSession source_app_{source_database_.ConnectionString()};
  AppSession target_app_{target_database_.ConnectionString()};
  std::vector<TableOptions> tables_;
};

TEST_F(PostgresConnectorTest, EveryUsualTypeArrivesUnchanged) {
  Create(
      "CREATE TYPE mood AS ENUM ('fine', 'bad'); CREATE DOMAIN percent AS int CHECK (VALUE <= 100);"
      "CREATE TABLE t (tenant text, id uuid, s smallint, i int, l bigint, r real, d double "
      "precision,"
      " n numeric, n2 numeric(10,2), b bool, c char(5), v varchar(20), x text, y bytea, j json,"
      " jb jsonb, ts timestamp, tz timestamptz, dt date, tm time, iv interval, a int[], ta text[],"
      " ip inet, m mood, p percent, rg int4range, bits bit varying, PRIMARY KEY (tenant, id))",
      {{"t", "tenant", {"id"}}});
  source_app_.Must(
      "INSERT INTO t VALUES"
      "('acme', '00000000-0000-0000-0000-000000000001', 1, 2, 3, 1.5, 0.1, "
      "12345678901234567890.123,"
      " 1.10, true, 'ab', 'v', E'tab\\t\\u00e4\\U0001F600', '\\x00ff', '{\"b\": 1,  \"a\":2}',"
      " '{\"b\": 1,  \"a\":2}', '2026-01-01 00:00:00.000001', '2026-01-01 00:00+14', '4713-01-01 "
      "BC',"
      " '24:00', '1 year -2 days 3.000001 s', '{1,NULL,3}', '{{a,b},{NULL,\"NULL\"}}',"
      " '::1/64', 'bad', 99, '[1,5)', B'10101'),"
      "('acme', 'ffffffff-ffff-ffff-ffff-ffffffffffff', NULL, NULL, NULL, 'NaN', '-Infinity', "
      "'NaN',"
      " NULL, NULL, NULL, '', '', '', 'null', 'null', 'infinity', '-infinity', 'infinity', NULL,"
      " NULL, '{}', NULL, NULL, NULL, NULL, 'empty', B'')");
  ExpectArrivesUnchanged();
}

TEST_F(PostgresConnectorTest, NullAndEmptyAndZeroAreThreeThings) {
  Create("CREATE TABLE t (tenant text, id int, a text, b text, PRIMARY KEY (tenant, id))",
         {{"t", "tenant", {"id"}}});
  const auto source = OpenSource();
  std::vector<std::string> digests;
  for (const char* values : {"NULL, NULL", "'', NULL", "NULL, ''", "'', ''", "'0', NULL",
                             "'ab', 'c'", "'a', 'bc'", "'abc', ''", "'abc', NULL"}) {
    source_app_.Must("DELETE FROM t");
    source_app_.Must(absl::StrCat("INSERT INTO t VALUES ('acme', 1, ", values, ")"));
    digests.push_back(DigestOf(*source, "t"));
  }
  std::sort(digests.begin(), digests.end());
  EXPECT_EQ(std::unique(digests.begin(), digests.end()), digests.end());
}

TEST_F(PostgresConnectorTest, ColumnsInAnotherOrderAreTheSameTable) {
  tables_ = {{"t", "tenant", {"id"}}};
  source_app_.Must("CREATE TABLE t (tenant text, id int, a text, b int, PRIMARY KEY (tenant, id))");
  target_app_.Must(
      "CREATE TABLE t (b int, gone int, id int, a text, tenant text,"
      " PRIMARY KEY (id, tenant)); ALTER TABLE t DROP COLUMN gone");
  source_app_.Must("INSERT INTO t SELECT 'acme', g, 'a' || g, g * 2 FROM generate_series(1, 50) g");
  const auto source = OpenSource();
  const auto target = OpenTarget();
  CopyAll(*source, *target);
  const std::string all = "SELECT tenant, id, a, b FROM t ORDER BY id";
  EXPECT_EQ(target_app_.Rows(all), source_app_.Rows(all));
  EXPECT_EQ(DigestOf(*target, "t"), DigestOf(*source, "t"));
}

TEST_F(PostgresConnectorTest, KeysOfManyColumnsAreBoundsThatLoseNoRow) {
  Create(
      "CREATE TABLE t (tenant text, a text COLLATE \"und-x-icu\", b bytea, c timestamptz, d "
      "numeric,"
      " filler text, PRIMARY KEY (tenant, a, b, c, d))",
      {{"t", "tenant", {"a", "b", "c", "d"}}});
  source_app_.Must(
      "INSERT INTO t SELECT 'acme', a, b, c, d, repeat('x', 3000) FROM"
      " unnest(ARRAY['', 'a', 'B', 'b', 'ä', 'Z', 'a''b', '%']) a,"
      " unnest(ARRAY['\\x'::bytea, '\\x00', '\\x00ff', '\\xff']) b,"
      " unnest(ARRAY['-infinity'::timestamptz, '2026-01-01', '2026-01-01 00:00:00.000001']) c,"
      " unnest(ARRAY['-1'::numeric, '0', '1e-20', '1e20', 'NaN']) d");
  ExpectArrivesUnchanged();
  // Ever other keys become bounds, as records go a few at a time.
  const auto target = OpenTarget();
  for (int left = 480; left > 0; left -= 23) {
    auto page = (*target->Read("t", {}))->Next();
    ASSERT_TRUE(page.ok()) << page.status();
    const auto first = target->DigestOf("t", {"", page->last_key}, kKey, 1000);
    const auto rest = target->DigestOf("t", {page->last_key, ""}, kKey, 1000);
    ASSERT_TRUE(first.ok() && rest.ok()) << first.status() << rest.status();
    ASSERT_EQ(first->record_count, page->record_count);
    ASSERT_EQ(first->record_count + rest->record_count, left);
    ASSERT_EQ(*target->Erase(kToken, "t", {}, 23, "e"), std::min(left, 23));
  }
}

TEST_F(PostgresConnectorTest, TextKeysSortByBytesWhateverTheColumnsCollation) {
  Create("CREATE TABLE t (tenant text, id text COLLATE \"und-x-icu\", PRIMARY KEY (tenant, id))",
         {{"t", "tenant", {"id"}}});
  source_app_.Must("INSERT INTO t SELECT 'acme', x FROM unnest(ARRAY['a','B','c','Ä','ä','_']) x");
  const auto source = OpenSource();
  const auto target = OpenTarget();
  ASSERT_TRUE(target->RaiseFence(kToken).ok());
  ASSERT_TRUE(CopyTable(*source, *target, "t").ok());
  std::vector<std::string> erased;
  for (int i = 0; i < 6; ++i) {
    const std::vector<std::string> before = target_app_.Rows("SELECT id FROM t");
    ASSERT_EQ(*target->Erase(kToken, "t", {}, 1, "e"), 1);
    for (const std::string& id : before) {
      if (target_app_.Ask("SELECT count(*) FROM t WHERE id = '" + id + "'") == "0") {
        erased.push_back(id);
      }
    }
  }
  EXPECT_EQ(erased, (std::vector<std::string>{"B", "_", "a", "c", "Ä", "ä"}));
}

TEST_F(PostgresConnectorTest, ATenantOfOneRowNeedsNoFurtherKey) {
  Create("CREATE TABLE t (tenant bigint PRIMARY KEY, setting text)", {{"t", "tenant", {}}});
  source_app_.Must("INSERT INTO t VALUES (7, 'seven'), (8, 'eight')");
  const auto source = OpenSource("007");
  const auto target = OpenTarget("7");
  CopyAll(*source, *target);
  EXPECT_EQ(target_app_.Rows("SELECT * FROM t"), (std::vector<std::string>{"7|seven"}));
  auto digester = source->Digest("t", {}, kKey);
  const auto range = (*digester)->Next();
  ASSERT_TRUE(range.ok()) << range.status();
  EXPECT_EQ(range->record_count, 1);
  EXPECT_FALSE(range->range.last.empty());
  EXPECT_EQ((*source->Read("t", {range->range.last, ""}))->Next()->record_count, 0);
  EXPECT_EQ(*target->Erase(kToken, "t", {}, 10, "e"), 1);
}

TEST_F(PostgresConnectorTest, GeneratedAndIdentityColumnsKeepTheirValues) {
  Create(
      "CREATE TABLE t (tenant text, id int GENERATED ALWAYS AS IDENTITY, a int,"
      " twice int NOT NULL GENERATED ALWAYS AS (a * 2) STORED,"
      " serial int GENERATED ALWAYS AS IDENTITY (START 1000), PRIMARY KEY (tenant, id))",
      {{"t", "tenant", {"id"}}});
  source_app_.Must("INSERT INTO t (tenant, a) SELECT 'acme', g FROM generate_series(1, 20) g");
  target_app_.Must("INSERT INTO t (tenant, a) VALUES ('other', 1)");
  target_app_.Must("DELETE FROM t");
  ExpectArrivesUnchanged();
  // And where they replace what is there.
  source_app_.Must("UPDATE t SET a = a + 1");
  const auto target = OpenTarget();
  ASSERT_TRUE(CopyTable(*OpenSource(), *target, "t").ok());
  EXPECT_EQ(DigestOf(*target, "t"), DigestOf(*OpenSource(), "t"));
}

TEST_F(PostgresConnectorTest, PartitionedTablesAreMovedAsOne) {
  Create(
      "CREATE TABLE t (tenant text, id int, PRIMARY KEY (tenant, id)) PARTITION BY HASH (id);"
      "CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
      "CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
      {{"t", "tenant", {"id"}}});
  source_app_.Must("INSERT INTO t SELECT 'acme', g FROM generate_series(1, 100) g");
  ExpectArrivesUnchanged();
  const auto target = OpenTarget();
  EXPECT_EQ(*target->Erase(kToken, "t", {}, 30, "e"), 30);
  EXPECT_EQ(target_app_.Ask("SELECT min(id) FROM t"), "31");
}

TEST_F(PostgresConnectorTest, NamesThatNeedQuotesAreQuoted) {
  Create(
      "CREATE SCHEMA \"my schema\"; CREATE TABLE \"my schema\".\"a \"\"table\"\"\" (\"Tenant's\" "
      "text,"
      " \"select\" text, \"from; DROP TABLE x\" int, PRIMARY KEY (\"Tenant's\", \"select\"))",
      {{"\"my schema\".\"a \"\"table\"\"\"", "Tenant's", {"select"}}});
  source_app_.Must("INSERT INTO \"my schema\".\"a \"\"table\"\"\" VALUES ('it''s', 'a''b', 1)");
  const auto source = OpenSource("it's");
  const auto target = OpenTarget("it's");
  CopyAll(*source, *target);
  EXPECT_EQ(target_app_.Rows("SELECT * FROM \"my schema\".\"a \"\"table\"\"\""),
            (std::vector<std::string>{"it's|a'b|1"}));
}

TEST_F(PostgresConnectorTest, RowsThatReferToEachOtherMoveAndAreCheckedAtTheEnd) {
  Create(
      "CREATE TABLE page (tenant text, id int, parent int, PRIMARY KEY (tenant, id),"
      " FOREIGN KEY (tenant, parent) REFERENCES page);"
      "CREATE TABLE note (tenant text, id int, page int NOT NULL, PRIMARY KEY (tenant, id),"
      " FOREIGN KEY (tenant, page) REFERENCES page ON DELETE CASCADE)",
      {{"page", "tenant", {"id"}}, {"note", "tenant", {"id"}}});
  // Pages that refer to later ones: no order of rows would do.
  source_app_.Must(
      "INSERT INTO page SELECT 'acme', g, CASE WHEN g < 50 THEN g + 1 END"
      " FROM generate_series(1, 50) g");
  source_app_.Must("INSERT INTO note SELECT 'acme', g, g FROM generate_series(1, 50) g");
  const auto source = OpenSource();
  const auto target = OpenTarget();
  CopyAll(*source, *target);
  EXPECT_TRUE(target->CheckReferences().ok()) << target->CheckReferences();
  // A parent that is written again takes no children with it.
  source_app_.Must("UPDATE page SET parent = NULL WHERE id = 7");
  ASSERT_TRUE(CopyTable(*source, *target, "page").ok());
  EXPECT_EQ(target_app_.Ask("SELECT count(*) FROM note"), "50");
  EXPECT_EQ(DigestOf(*target, "page"), DigestOf(*source, "page"));
  // What is missing is found.
  ASSERT_EQ(*target->Erase(kToken, "page", {}, 1, "e"), 1);
  const absl::Status dangling = target->CheckReferences();
  EXPECT_TRUE(absl::IsFailedPrecondition(dangling));
  EXPECT_NE(dangling.message().find("note"), absl::string_view::npos) << dangling;
}

TEST_F(PostgresConnectorTest, TheTablesOwnTriggersDoNotTouchWhatIsMoved) {
  Create(
      "CREATE TABLE t (tenant text, id int, changed_at timestamptz, PRIMARY KEY (tenant, id));"
      "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS"
      " $$ BEGIN NEW.changed_at = now(); RETURN NEW; END $$;"
      "CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch()",
      {{"t", "tenant", {"id"}}});
  source_app_.Must("INSERT INTO t VALUES ('acme', 1), ('acme', 2)");
  ExpectArrivesUnchanged();
}

TEST_F(PostgresConnectorTest, ValuesThatMoveBetweenRowsOfAUniqueColumnConverge) {
  Create(
      "CREATE TABLE t (tenant text, id int, mail text, gone bool NOT NULL DEFAULT false,"
      " PRIMARY KEY (tenant, id), UNIQUE (tenant, mail));"
      "CREATE UNIQUE INDEX ON t (tenant, lower(mail)) WHERE NOT gone",
      {{"t", "tenant", {"id"}}});
  source_app_.Must("INSERT INTO t SELECT 'acme', g, 'mail' || g FROM generate_series(1, 9) g");
  ExpectArrivesUnchanged();
  // At the source two rows have exchanged their values, one has taken a deleted one's.
  source_app_.Must(
      "UPDATE t SET mail = 'x' WHERE id = 1; UPDATE t SET mail = 'mail1' WHERE id = 2;"
      "UPDATE t SET mail = 'mail2' WHERE id = 1; DELETE FROM t WHERE id = 9;"
      "UPDATE t SET mail = 'MAIL9' WHERE id = 3");
  target_app_.Must("INSERT INTO t VALUES ('other', 1, 'mail1')");
  const auto target = OpenTarget();
  ASSERT_TRUE(CopyTable(*OpenSource(), *target, "t").ok());
  const std::string all = "SELECT * FROM t WHERE tenant = 'acme' ORDER BY id";
  EXPECT_EQ(target_app_.Rows(all), source_app_.Rows(all));
  EXPECT_EQ(target_app_.Ask("SELECT count(*) FROM t WHERE tenant = 'other'"), "1");
}

TEST_F(PostgresConnectorTest, AnotherTenantsRowWithTheSameKeyIsNeverReplaced) {
  Create("CREATE TABLE t (tenant text, id int PRIMARY KEY, a text)", {{"t", "tenant", {"id"}}});
  source_app_.Must("INSERT INTO t VALUES ('acme', 1, 'ours'), ('acme', 2, 'ours')");
  target_app_.Must("INSERT INTO t VALUES ('other', 2, 'theirs')");
  const auto target = OpenTarget();
  ASSERT_TRUE(target->RaiseFence(kToken).ok());
  const absl::Status refused = CopyTable(*OpenSource(), *target, "t");
  EXPECT_TRUE(absl::IsInvalidArgument(refused)) << refused;
  EXPECT_NE(refused.message().find("t_pkey"), absl::string_view::npos) << refused;
  EXPECT_EQ(target_app_.Rows("SELECT * FROM t"), (std::vector<std::string>{"other|2|theirs"}));
}

TEST_F(PostgresConnectorTest, ARowThatTheTargetRejectsIsNamedByADigestOfItsKey) {
  Create("CREATE TABLE t (tenant text, id text, a text, PRIMARY KEY (tenant, id))",
         {{"t", "tenant", {"id"}}});
  target_app_.Must("ALTER TABLE t ADD CHECK (a <> 'hush')");
  source_app_.Must("INSERT INTO t SELECT 'acme', 'id-' || g, 'fine' FROM generate_series(1, 99) g");
  source_app_.Must("UPDATE t SET a = 'hush' WHERE id = 'id-42'");
  const auto target = OpenTarget();
  ASSERT_TRUE(target->RaiseFence(kToken).ok());
  const absl::Status refused = CopyTable(*OpenSource(), *target, "t");
  EXPECT_TRUE(absl::IsInvalidArgument(refused)) << refused;
  EXPECT_NE(refused.message().find("table t, key "), absl::string_view::npos) << refused;
  EXPECT_EQ(refused.message().find("hush"), absl::string_view::npos) << refused;
  EXPECT_EQ(refused.message().find("id-42"), absl::string_view::npos) << refused;
  EXPECT_EQ(target_app_.Ask("SELECT count(*) FROM t"), "0");
  // The key is the one of the row: alone it gives the same digest.
  source_app_.Must("DELETE FROM t WHERE id <> 'id-42'");
  const auto again = OpenTarget();
  EXPECT_EQ(CopyTable(*OpenSource(), *again, "t").message(), refused.message());
}

TEST_F(PostgresConnectorTest, APolicyThatHidesRowsFailsTheCopy) {
  Create(
      "CREATE TABLE t (tenant text, id int, PRIMARY KEY (tenant, id));"
      "ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY",
      {{"t", "tenant", {"id"}}});
  source_app_.Must("INSERT INTO t VALUES ('acme', 1)");
  const std::string role = "reader_" + source_app_.Ask("SELECT current_database()");
  source_app_.Must("CREATE ROLE " + role + " LOGIN");
  source_app_.Must("GRANT SELECT, TRIGGER ON t TO " + role);
  source_app_.Must(
      "DO $$ BEGIN EXECUTE 'GRANT CREATE ON DATABASE ' || current_database() || ' TO " + role +
      "'; END $$");
  DatasetOptions options = source_database_.Options("US");
  options.connection = Secret(source_database_.ConnectionString() + " user=" + role);
  options.tables = tables_;
  const auto connector = OpenPostgres(options, "acme");
  ASSERT_TRUE(connector.ok()) << connector.status();
  const auto digest = (*connector)->DigestOf("t", {}, kKey, 10);
  EXPECT_TRUE(absl::IsFailedPrecondition(digest.status())) << digest.status();
  source_app_.Must("DROP OWNED BY " + role + " CASCADE; DROP ROLE " + role);
}

TEST_F(PostgresConnectorTest, OptionsThatAreMissingOrDoNotFitAreRefused) {
  DatasetOptions valid = source_database_.Options("US");
  valid.tables = {{"t", "tenant", {"id"}}};
  EXPECT_TRUE(MakeDataset(valid).ok());
  DatasetOptions nowhere = valid;
  nowhere.connection = Secret();
  DatasetOptions with_path = valid;
  with_path.path = "/x";
  DatasetOptions bare = valid;
  bare.tables.clear();
  DatasetOptions nameless = valid;
  nameless.tables[0].name.clear();
  DatasetOptions twice = valid;
  twice.tables.push_back(twice.tables[0]);
  for (const DatasetOptions& options : {nowhere, with_path, bare, nameless, twice}) {
    EXPECT_TRUE(absl::IsInvalidArgument(MakeDataset(options).status()));
  }
}

TEST_F(PostgresConnectorTest, ATenantKeyThatTheColumnCannotHoldIsRefused) {
  Create("CREATE TABLE t (tenant int PRIMARY KEY)", {{"t", "tenant", {}}});
  DatasetOptions options = source_database_.Options("US");
  options.tables = tables_;
  EXPECT_TRUE(absl::IsInvalidArgument(OpenPostgres(options, "acme").status()));
}

}  // namespace
}  // namespace realm::worker
