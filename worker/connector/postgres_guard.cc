#include "worker/connector/postgres_guard.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "common/digest.h"
#include "common/status_macros.h"

namespace realm::worker {
namespace {

// Raise it when kGuardSql changes, so that older guards are replaced.
constexpr int kVersion = 1;

// The guard of a table, if it is there, switched on, and described as this. The description is an
// argument of the triggers: a comment could only be made by the table's owner.
constexpr char kFindSql[] = R"sql(
SELECT count(*) = 2 FROM pg_catalog.pg_trigger t
 WHERE t.tgrelid = $1::oid AND t.tgname IN ($2, $2 || '_truncate') AND t.tgenabled IN ('O', 'A')
   AND position(convert_to($3, 'UTF8') IN t.tgargs) > 0)sql";

// {guard}, {table}, {column}, {dataset}, {role}, {worker}, {description} are filled in, quoted.
constexpr char kGuardSql[] = R"sql(
BEGIN;
SET LOCAL lock_timeout = '5s';
SELECT pg_advisory_xact_lock(7214530418962361);
CREATE OR REPLACE FUNCTION realmshift.{guard}() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $guard$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    PERFORM realmshift.check_open({dataset}, OLD.{column}::text);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    PERFORM realmshift.check_open({dataset}, NEW.{column}::text);
  END IF;
  RETURN NULL;
END $guard$;
CREATE OR REPLACE TRIGGER {guard} AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW
  WHEN (current_user <> {role} OR current_setting('application_name') <> {worker})
  EXECUTE FUNCTION realmshift.{guard}({description});
CREATE OR REPLACE TRIGGER {guard}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT
  EXECUTE FUNCTION realmshift.check_truncate({dataset}, {description});
COMMIT)sql";

// Short enough for an identifier and safe without quotes, whatever the names are.
std::string GuardName(const DatasetName& dataset, const PostgresTable& table) {
  const std::string subject = absl::StrCat(dataset.value(), "\n", table.quoted);
  return absl::StrCat("realmshift_guard_", ToHex(Sha256(subject)).substr(0, 16));
}

absl::Status InstallGuard(PostgresConnection& connection, const DatasetName& dataset,
                          const PostgresTable& table, const std::string& role) {
  const std::string guard = GuardName(dataset, table);
  const std::string description =
      absl::StrCat("Realmshift guard ", kVersion, " of dataset ", dataset.value(),
                   "; passes sessions of ", role, " named ", kPostgresApplicationName);
  ASSIGN_OR_RETURN(const PostgresResult found,
                   connection.Query(kFindSql, {{table.oid}, {guard, 25}, {description}}));
  if (PostgresField(*found, 0, 0) == "t") return absl::OkStatus();
  const std::string sql = absl::StrReplaceAll(
      kGuardSql, {{"{guard}", guard},
                  {"{table}", table.quoted},
                  {"{column}", table.tenant.quoted},
                  {"{dataset}", connection.QuoteLiteral(dataset.value())},
                  {"{role}", connection.QuoteLiteral(role)},
                  {"{worker}", connection.QuoteLiteral(kPostgresApplicationName)},
                  {"{description}", connection.QuoteLiteral(description)}});
  const absl::Status status = connection.Run(sql);
  if (!status.ok()) connection.Run("ROLLBACK").IgnoreError();
  return Annotate(status, absl::StrCat("installing the guard of table ", table.name));
}

}  // namespace

absl::Status InstallPostgresGuards(PostgresConnection& connection, const DatasetName& dataset,
                                   const std::vector<PostgresTable>& tables) {
  ASSIGN_OR_RETURN(const PostgresResult user, connection.Query("SELECT current_user"));
  const std::string role(PostgresField(*user, 0, 0));
  for (const PostgresTable& table : tables) {
    RETURN_IF_ERROR(InstallGuard(connection, dataset, table, role));
  }
  return absl::OkStatus();
}

}  // namespace realm::worker
