#include "worker/connector/postgres_schema.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/digest.h"
#include "common/status_macros.h"

namespace realm::worker {
namespace {

// The catalog's columns of one table, by name.
//   base: domains followed to what they are made of.
//   ours: the element's, for an array; user-defined types have other numbers on
//   each server, and arrays and rows carry those numbers in binary.
constexpr char kColumnsSql[] = R"sql(
WITH RECURSIVE base AS (
  SELECT a.attnum, a.atttypid AS typid FROM pg_catalog.pg_attribute a
   WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT b.attnum, t.typbasetype FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.typid
   WHERE t.typtype = 'd'
)
SELECT a.attname, pg_catalog.format_type(a.atttypid, -1),
       pg_catalog.format_type(a.atttypid, a.atttypmod) || coalesce((
         SELECT '(' || string_agg(pg_catalog.quote_literal(e.enumlabel), ',' ORDER BY e.enumsortorder) || ')'
           FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid), ''),
       a.atttypid, a.attnotnull, a.attgenerated <> '',
       a.attcollation <> 0 AND NOT coalesce((
         SELECT CASE WHEN c.oid = 'pg_catalog."default"'::regcollation THEN
                  (SELECT d.datcollate IN ('C', 'POSIX')
                      AND coalesce(pg_catalog.to_jsonb(d) ->> 'datlocprovider', 'c') = 'c'
                     FROM pg_catalog.pg_database d WHERE d.datname = current_database())
                ELSE c.collprovider = 'c' AND c.collcollate IN ('C', 'POSIX') END
           FROM pg_catalog.pg_collation c WHERE c.oid = a.attcollation), false),
       CASE
         WHEN t.typsend = 0 OR t.typreceive = 0 THEN 'has no binary format'
         WHEN t.typtype = 'c' THEN 'is a row type'
         WHEN t.typcategory = 'A' AND t.typelem >= 16384 THEN 'is an array of a user-defined type'
         WHEN t.typnamespace = 'pg_catalog'::regnamespace AND (t.typname = 'oid' OR t.typname ~ '^reg')
           THEN 'points to an object of this server (large objects are not moved)'
         WHEN NOT coalesce((SELECT c.collisdeterministic FROM pg_catalog.pg_collation c
                             WHERE c.oid = a.attcollation), true)
           THEN 'takes different texts for equal'
         ELSE '' END
  FROM pg_catalog.pg_attribute a
  JOIN base b ON b.attnum = a.attnum
  JOIN pg_catalog.pg_type t ON t.oid = b.typid AND t.typtype <> 'd'
 WHERE a.attrelid = $1::oid
 ORDER BY a.attname)sql";

// Valid unique indexes; whether one is over NOT NULL columns of $2 alone.
constexpr char kIndexesSql[] = R"sql(
SELECT i.indpred IS NULL AND i.indexprs IS NULL AND i.indimmediate AND (
         SELECT bool_and(a.attname = ANY ($2::name[]) AND a.attnotnull)
           FROM generate_series(0, i.indnkeyatts - 1) n
           JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[n]),
       (SELECT string_agg(pg_catalog.pg_get_indexdef(i.indexrelid, n + 1, false), ', ' ORDER BY n)
          FROM generate_series(0, i.indnkeyatts - 1) n),
       coalesce(pg_catalog.pg_get_expr(i.indpred, i.indrelid), '')
  FROM pg_catalog.pg_index i
 WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid
 ORDER BY i.indexrelid)sql";

// Whether an index begins with the columns $2, ascending, those of $3 in the order of bytes.
constexpr char kIndexInOrderSql[] = R"sql(
SELECT count(*) > 0
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  JOIN pg_catalog.pg_am m ON m.oid = c.relam AND m.amname = 'btree'
 WHERE i.indrelid = $1::oid AND i.indisvalid AND i.indpred IS NULL
   AND cardinality($2::name[]) = (
         SELECT count(*) FROM unnest($2::name[]) WITH ORDINALITY w (name, n)
           JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attname = w.name
            AND n <= i.indnkeyatts AND a.attnum = i.indkey[n - 1] AND i.indoption[n - 1] = 0
            AND (w.name <> ALL ($3::name[])
                 OR i.indcollation[n - 1] = 'pg_catalog."C"'::regcollation)))sql";

constexpr char kTableSql[] = R"sql(
SELECT c.oid, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname), c.relkind
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = pg_catalog.to_regclass($1))sql";

// Foreign keys of $1 (false: to $1), with both sides' columns.
constexpr char kOutsideSql[] = R"sql(
SELECT f.conname, f.conrelid::regclass, f.confrelid::regclass FROM pg_catalog.pg_constraint f
 WHERE f.contype = 'f' AND f.confrelid = ANY ($1::oid[]) AND NOT f.conrelid = ANY ($1::oid[])
   AND f.conparentid = 0
 LIMIT 1)sql";

constexpr char kReferencesSql[] = R"sql(
SELECT f.conname, f.confrelid::regclass::text,
       (SELECT string_agg(format('c.%I IS NOT NULL', a.attname), ' AND ')
          FROM unnest(f.conkey) k JOIN pg_catalog.pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k),
       (SELECT string_agg(format('p.%I = c.%I', pa.attname, ca.attname), ' AND ')
          FROM unnest(f.conkey, f.confkey) AS k (child, parent)
          JOIN pg_catalog.pg_attribute ca ON ca.attrelid = f.conrelid AND ca.attnum = k.child
          JOIN pg_catalog.pg_attribute pa ON pa.attrelid = f.confrelid AND pa.attnum = k.parent)
  FROM pg_catalog.pg_constraint f
 WHERE f.contype = 'f' AND f.conrelid = $1::oid AND f.conparentid = 0
 ORDER BY f.conname)sql";

absl::Status Unfit(absl::string_view table, absl::string_view problem) {
  return absl::FailedPreconditionError(absl::StrCat("table ", table, " ", problem));
}

std::string Text(const pg_result& result, int row, int column) {
  return std::string(PostgresField(result, row, column));
}

bool IsTrue(const pg_result& result, int row, int column) {
  return PostgresField(result, row, column) == "t";
}

// {"a","b"} for a parameter of an array type.
std::string ArrayOf(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) {
    absl::StrAppend(&text, text.empty() ? "\"" : ",\"");
    for (const char c : value) {
      if (c == '"' || c == '\\') text.push_back('\\');
      text.push_back(c);
    }
    text.push_back('"');
  }
  return absl::StrCat("{", text, "}");
}

absl::StatusOr<PostgresColumn> TakeColumn(std::vector<PostgresColumn>& columns,
                                          const std::string& name, absl::string_view table) {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&name](const auto& column) { return column.name == name; });
  if (found == columns.end()) return Unfit(table, absl::StrCat("has no column ", name));
  PostgresColumn column = std::move(*found);
  columns.erase(found);
  return column;
}

class TableLoader {
 public:
  TableLoader(PostgresConnection& connection, const TableOptions& options)
      : connection_(connection), options_(options) {}

  absl::StatusOr<PostgresTable> Load() {
    RETURN_IF_ERROR(LoadTable());
    ASSIGN_OR_RETURN(std::vector<PostgresColumn> columns, LoadColumns());
    ASSIGN_OR_RETURN(table_.tenant, TakeColumn(columns, options_.tenant_column, options_.name));
    table_.digested = columns;
    for (const std::string& name : options_.key_columns) {
      ASSIGN_OR_RETURN(PostgresColumn key, TakeColumn(columns, name, options_.name));
      table_.keys.push_back(std::move(key));
    }
    RETURN_IF_ERROR(CheckKeys());
    table_.columns = table_.keys;
    for (PostgresColumn& column : columns) {
      if (!column.is_generated) table_.columns.push_back(std::move(column));
    }
    RETURN_IF_ERROR(LoadIndexes());
    RETURN_IF_ERROR(LookForIndexInOrder());
    return std::move(table_);
  }

 private:
  absl::Status LoadTable() {
    table_.name = options_.name;
    ASSIGN_OR_RETURN(const PostgresResult result, connection_.Query(kTableSql, {{options_.name}}));
    if (PostgresRowCount(*result) == 0) return Unfit(options_.name, "is not there");
    table_.oid = Text(*result, 0, 0);
    table_.quoted = Text(*result, 0, 1);
    const std::string kind = Text(*result, 0, 2);
    if (kind == "r" || kind == "p") return absl::OkStatus();
    return Unfit(options_.name, "is not a table that holds rows itself");
  }

  absl::StatusOr<std::vector<PostgresColumn>> LoadColumns() {
    ASSIGN_OR_RETURN(const PostgresResult result, connection_.Query(kColumnsSql, {{table_.oid}}));
    std::vector<PostgresColumn> columns;
    for (int row = 0; row < PostgresRowCount(*result); ++row) {
      PostgresColumn column;
      column.name = Text(*result, row, 0);
      column.quoted = connection_.QuoteIdentifier(column.name);
      column.type_name = Text(*result, row, 1);
      column.type = Text(*result, row, 2);
      column.type_oid = static_cast<PostgresType>(std::stoul(Text(*result, row, 3)));
      column.is_not_null = IsTrue(*result, row, 4);
      column.is_generated = IsTrue(*result, row, 5);
      column.needs_collation = IsTrue(*result, row, 6);
      const std::string problem = Text(*result, row, 7);
      if (!problem.empty()) {
        return Unfit(options_.name, absl::StrCat("has the column ", column.name, " of type ",
                                                 column.type, ", which ", problem));
      }
      columns.push_back(std::move(column));
    }
    return columns;
  }

  absl::Status CheckKeys() {
    for (const PostgresColumn& key : table_.keys) {
      if (!key.is_not_null) {
        return Unfit(options_.name,
                     absl::StrCat("has the key column ", key.name, ", which must be NOT NULL"));
      }
      if (key.is_generated) {
        return Unfit(options_.name,
                     absl::StrCat("has the key column ", key.name, ", which is generated"));
      }
    }
    return absl::OkStatus();
  }

  absl::Status LoadIndexes() {
    std::vector<std::string> key_names{options_.tenant_column};
    for (const PostgresColumn& key : table_.keys)
      key_names.push_back(key.name);
    ASSIGN_OR_RETURN(const PostgresResult result,
                     connection_.Query(kIndexesSql, {{table_.oid}, {ArrayOf(key_names)}}));
    bool has_key = false;
    for (int row = 0; row < PostgresRowCount(*result); ++row) {
      const bool is_of_key = IsTrue(*result, row, 0);
      has_key = has_key || is_of_key;
      table_.unique_indexes.push_back({is_of_key, Text(*result, row, 1), Text(*result, row, 2)});
    }
    if (has_key) return absl::OkStatus();
    return Unfit(options_.name,
                 absl::StrCat("needs a unique index over NOT NULL columns among (",
                              absl::StrJoin(key_names, ", "), "), not deferrable nor partial"));
  }

  absl::Status LookForIndexInOrder() {
    std::vector<std::string> names{options_.tenant_column};
    std::vector<std::string> by_bytes;
    for (const PostgresColumn& key : table_.keys) {
      names.push_back(key.name);
      if (key.needs_collation) by_bytes.push_back(key.name);
    }
    ASSIGN_OR_RETURN(
        const PostgresResult result,
        connection_.Query(kIndexInOrderSql, {{table_.oid}, {ArrayOf(names)}, {ArrayOf(by_bytes)}}));
    table_.has_index_in_order = IsTrue(*result, 0, 0);
    return absl::OkStatus();
  }

  PostgresConnection& connection_;
  const TableOptions& options_;
  PostgresTable table_;
};

}  // namespace

absl::StatusOr<std::vector<PostgresTable>> LoadPostgresSchema(
    PostgresConnection& connection, const std::vector<TableOptions>& options) {
  std::vector<PostgresTable> tables;
  std::vector<std::string> oids;
  for (const TableOptions& each : options) {
    ASSIGN_OR_RETURN(PostgresTable table, TableLoader(connection, each).Load());
    oids.push_back(table.oid);
    tables.push_back(std::move(table));
  }
  ASSIGN_OR_RETURN(const PostgresResult outside, connection.Query(kOutsideSql, {{ArrayOf(oids)}}));
  if (PostgresRowCount(*outside) == 0) return tables;
  return Unfit(Text(*outside, 0, 1),
               absl::StrCat("refers to ", Text(*outside, 0, 2), " by ", Text(*outside, 0, 0),
                            " and is not declared; tables that refer to a dataset's tables belong "
                            "to the dataset, or their rows would be left behind"));
}

std::string MissingPostgresIndex(const PostgresTable& table) {
  if (table.has_index_in_order) return "";
  std::string columns = table.tenant.quoted;
  for (const PostgresColumn& key : table.keys) {
    absl::StrAppend(&columns, ", ", key.quoted, key.needs_collation ? " COLLATE \"C\"" : "");
  }
  return absl::StrCat("CREATE INDEX CONCURRENTLY ON ", table.quoted, " (", columns, ")");
}

std::string PostgresFingerprint(const std::vector<PostgresTable>& tables) {
  std::string shape = "realm postgres dataset 1\n";
  const auto add = [&shape](absl::string_view text) {
    absl::StrAppend(&shape, text.size(), ":", text, "\n");
  };
  for (const PostgresTable& table : tables) {
    add(absl::StrCat("table ", table.name));
    for (const PostgresColumn& key : table.keys)
      add(absl::StrCat("key ", key.name));
    for (const PostgresColumn& column : table.digested) {
      add(absl::StrCat("column ", column.name));
      add(absl::StrCat(column.type, column.is_not_null ? " not null" : "",
                       column.is_generated ? " generated" : ""));
    }
  }
  return Sha256(shape);
}

absl::Status CheckPostgresReferences(PostgresConnection& connection,
                                     const std::vector<PostgresTable>& tables,
                                     const std::string& tenant_key) {
  for (const PostgresTable& table : tables) {
    ASSIGN_OR_RETURN(const PostgresResult keys, connection.Query(kReferencesSql, {{table.oid}}));
    for (int row = 0; row < PostgresRowCount(*keys); ++row) {
      const std::string sql =
          absl::StrCat("SELECT 1 FROM ", table.quoted, " c WHERE c.", table.tenant.quoted,
                       " = $1 AND ", Text(*keys, row, 2), " AND NOT EXISTS (SELECT 1 FROM ",
                       Text(*keys, row, 1), " p WHERE ", Text(*keys, row, 3), ") LIMIT 1");
      ASSIGN_OR_RETURN(const PostgresResult dangling,
                       connection.Query(sql, {{tenant_key, table.tenant.type_oid}}));
      if (PostgresRowCount(*dangling) == 0) continue;
      return Unfit(table.name,
                   absl::StrCat("has rows that refer by ", Text(*keys, row, 0), " to rows of ",
                                Text(*keys, row, 1), " that are not there"));
    }
  }
  return absl::OkStatus();
}

}  // namespace realm::worker
