#include "coordinator/ctl/postgres_demo_data.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace realm::ctl {
namespace {

// Of pgbench, for each branch.
constexpr int kAccountsOfABranch = 100'000;
constexpr int kTellersOfABranch = 10;

// pgbench gives its history no key. A random one stays unique in whichever realm the row is; a
// number from a sequence would not.
constexpr char kBankSql[] = R"sql(
UPDATE pgbench_history SET bid = bid + {shift}, tid = tid + {tellers}, aid = aid + {accounts} WHERE {shift} > 0;
UPDATE pgbench_accounts SET bid = bid + {shift}, aid = aid + {accounts} WHERE {shift} > 0;
UPDATE pgbench_tellers SET bid = bid + {shift}, tid = tid + {tellers} WHERE {shift} > 0;
UPDATE pgbench_branches SET bid = bid + {shift} WHERE {shift} > 0;
ALTER TABLE pgbench_history ADD COLUMN hid uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE pgbench_accounts ALTER COLUMN bid SET NOT NULL;
ALTER TABLE pgbench_tellers ALTER COLUMN bid SET NOT NULL;
ALTER TABLE pgbench_history ALTER COLUMN bid SET NOT NULL;
CREATE UNIQUE INDEX ON pgbench_accounts (bid, aid);
CREATE UNIQUE INDEX ON pgbench_tellers (bid, tid);
CREATE UNIQUE INDEX ON pgbench_history (bid, hid);
ANALYZE;
)sql";

// The last index has the pages in the order in which they move: texts by bytes. The primary key has
// them in the database's order. There are few spaces, so they do without.
constexpr char kNotesSchemaSql[] = R"sql(
CREATE SCHEMA notes;
CREATE TYPE notes.visibility AS ENUM ('everyone', 'team', 'nobody');
CREATE TABLE notes.space (
  site text NOT NULL,
  name text NOT NULL,
  settings jsonb NOT NULL,
  visible_to notes.visibility,
  PRIMARY KEY (site, name));
CREATE TABLE notes.page (
  site text NOT NULL,
  space text NOT NULL,
  title text NOT NULL,
  body text,
  picture bytea,
  properties json,
  votes integer[],
  tags text[] NOT NULL,
  score numeric,
  changed timestamptz NOT NULL,
  PRIMARY KEY (site, space, title),
  FOREIGN KEY (site, space) REFERENCES notes.space (site, name));
CREATE INDEX ON notes.page (site, space COLLATE "C", title COLLATE "C");
)sql";

constexpr char kNotesRowsSql[] = R"sql(
INSERT INTO notes.space
SELECT '{site}', 'Space ' || g, jsonb_build_object('colour', 'hsl(' || g * 18 || ')', 'limit', g::numeric / 3),
       CASE g % 4 WHEN 0 THEN NULL WHEN 1 THEN 'everyone' WHEN 2 THEN 'team' ELSE 'nobody' END::notes.visibility
  FROM generate_series(1, 20) g;
INSERT INTO notes.page
SELECT '{site}', 'Space ' || 1 + n % 20,
       (ARRAY['zebra', 'Zebra', 'Äpfel', 'apfel', 'a b', 'a-b', 'ab', '日本', 'ß', '"; --'])[1 + n % 10] || ' ' || n,
       CASE WHEN n % 7 > 0 THEN repeat(md5('{site}' || n), 1 + n % 40) || E'\n\\.\n' END,
       CASE n % 5 WHEN 0 THEN decode(repeat(md5(n || '{site}'), n % 200), 'hex') WHEN 1 THEN '\x'::bytea END,
       CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '{"twice" : 1,  "twice": 2}' ELSE json_build_object('n', n, 'none', NULL) END,
       CASE n % 6 WHEN 0 THEN NULL WHEN 1 THEN '{}' WHEN 2 THEN ARRAY[n, NULL, -n] ELSE ('[2:3]={' || n || ',1}')::integer[] END,
       CASE n % 3 WHEN 0 THEN '{}'::text[] ELSE ARRAY['', NULL, 'a,"b"', n::text] END,
       CASE n % 6 WHEN 0 THEN NULL WHEN 1 THEN 'NaN' WHEN 2 THEN n::numeric / 7 WHEN 3 THEN 1.10
                  WHEN 4 THEN -12345678901234567890.000100 ELSE 0 END,
       CASE WHEN n % 97 = 0 THEN 'infinity' ELSE '2024-02-29 23:59:59.999999+13'::timestamptz + n * interval '1.000001 s' END
  FROM generate_series(1, {pages}) n;
)sql";

// Without the last line a worker still works: foreign keys are then checked row by row, and the
// app's own triggers run.
constexpr char kWorkerRoleSql[] = R"sql(
CREATE ROLE realm_worker LOGIN;
GRANT CREATE, TEMP ON DATABASE apps TO realm_worker;
GRANT USAGE ON SCHEMA notes TO realm_worker;
GRANT SELECT, INSERT, UPDATE, DELETE, TRIGGER ON ALL TABLES IN SCHEMA public, notes TO realm_worker;
GRANT SET ON PARAMETER session_replication_role TO realm_worker;
)sql";

// What is raised takes the row away again.
constexpr char kTryWriteSql[] = R"sql(
CREATE FUNCTION pg_temp.try_write() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, {branch}, 1, 1, now());
  RAISE EXCEPTION 'accepted';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLERRM;
END $$;
SELECT pg_temp.try_write();
)sql";

config::v1::Table TableOf(absl::string_view name, absl::string_view tenant_column,
                          const std::vector<std::string>& keys) {
  config::v1::Table table;
  table.set_name(std::string(name));
  table.set_tenant_column(std::string(tenant_column));
  *table.mutable_key_columns() = {keys.begin(), keys.end()};
  return table;
}

std::string ChecksumOf(const config::v1::Table& table) {
  const std::string order =
      table.key_columns().empty()
          ? ""
          : absl::StrCat(" ORDER BY ", absl::StrJoin(table.key_columns(), ", "));
  return absl::StrCat("SELECT '", table.name(), "', ", table.tenant_column(),
                      "::text, count(*), encode(sha256(convert_to(string_agg(t::text, E'\\n'",
                      order, "), 'UTF8')), 'hex') FROM ", table.name(), " t GROUP BY ",
                      table.tenant_column());
}

}  // namespace

std::string DemoAppKey(absl::string_view app) {
  return absl::StrCat("com.example.", app);
}

// In the order in which they are filled: what is referred to comes first.
std::vector<config::v1::Table> DemoTables(absl::string_view app) {
  if (app == kNotes) {
    return {TableOf("notes.space", "site", {"name"}),
            TableOf("notes.page", "site", {"space", "title"})};
  }
  return {TableOf("public.pgbench_branches", "bid", {}),
          TableOf("public.pgbench_tellers", "bid", {"tid"}),
          TableOf("public.pgbench_accounts", "bid", {"aid"}),
          TableOf("public.pgbench_history", "bid", {"hid"})};
}

std::string BankSql(int shift) {
  return absl::StrReplaceAll(kBankSql, {{"{shift}", absl::StrCat(shift)},
                                        {"{tellers}", absl::StrCat(shift * kTellersOfABranch)},
                                        {"{accounts}", absl::StrCat(shift * kAccountsOfABranch)}});
}

std::string NotesSql(const std::vector<std::string>& sites, int pages) {
  std::string sql = kNotesSchemaSql;
  for (const std::string& site : sites) {
    sql += absl::StrReplaceAll(kNotesRowsSql, {{"{site}", site}, {"{pages}", absl::StrCat(pages)}});
  }
  return absl::StrCat(sql, "ANALYZE notes.space; ANALYZE notes.page;");
}

std::string WorkerRoleSql() {
  return kWorkerRoleSql;
}

std::string TryWriteSql(absl::string_view branch) {
  return absl::StrReplaceAll(kTryWriteSql, {{"{branch}", branch}});
}

std::string ChecksumSql() {
  std::vector<std::string> selects;
  for (const absl::string_view app : {kBank, kNotes}) {
    for (const config::v1::Table& table : DemoTables(app))
      selects.push_back(ChecksumOf(table));
  }
  return absl::StrCat("SET TimeZone = 'UTC'; SET work_mem = '128MB'; ",
                      absl::StrJoin(selects, " UNION ALL "));
}

}  // namespace realm::ctl
