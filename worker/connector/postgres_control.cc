#include "worker/connector/postgres_control.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "common/digest.h"
#include "common/status_macros.h"
#include "worker/connector/control_row.h"

namespace realm::worker {
namespace {

constexpr int kSchemaFormat = 1;
// Numbers of built-in types; they never change.
constexpr PostgresType kBytea = 17;
constexpr PostgresType kInt4 = 23;
// How long a raise waits for a batch to end by itself, and then in all.
constexpr absl::Duration kBatchPatience = absl::Seconds(2);
constexpr absl::Duration kRaisePatience = absl::Seconds(20);

// One at a time; then nobody sees half of it. The number is the lock's name.
constexpr char kInstallSql[] = R"sql(
SELECT pg_advisory_xact_lock(7214530418962361);
CREATE SCHEMA IF NOT EXISTS realmshift;
CREATE TABLE IF NOT EXISTS realmshift.marker (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  format integer NOT NULL,
  realm text NOT NULL);
CREATE TABLE IF NOT EXISTS realmshift.control (
  dataset text NOT NULL, tenant_key text NOT NULL, app text NOT NULL, tenant text NOT NULL,
  generation numeric(20) NOT NULL, epoch numeric(20) NOT NULL, nonce numeric(20) NOT NULL,
  cursor bytea NOT NULL DEFAULT '',
  PRIMARY KEY (dataset, tenant_key));
CREATE TABLE IF NOT EXISTS realmshift.access (
  dataset text NOT NULL, tenant_key text NOT NULL, app text, tenant text,
  generation numeric(20) NOT NULL DEFAULT 0, epoch numeric(20) NOT NULL DEFAULT 0,
  is_closed boolean NOT NULL DEFAULT false,
  PRIMARY KEY (dataset, tenant_key));
CREATE OR REPLACE FUNCTION realmshift.lock_key(dataset text, tenant_key text) RETURNS bigint
  LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  AS $$ SELECT hashtextextended(length(dataset) || ':' || dataset || tenant_key, 7214530418962361) $$;
-- What the app's write path asks, in the transaction of its write. A transaction that may see only
-- what was there when it began must meet a row to notice that the row has changed since; the others
-- hold a lock in memory, which costs them no write.
CREATE OR REPLACE FUNCTION realmshift.check_open(for_dataset text, for_tenant_key text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  closed boolean;
BEGIN
  IF for_tenant_key IS NULL THEN RETURN; END IF;
  IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
    INSERT INTO realmshift.access (dataset, tenant_key) VALUES (for_dataset, for_tenant_key)
      ON CONFLICT DO NOTHING;
    SELECT is_closed INTO closed FROM realmshift.access
     WHERE dataset = for_dataset AND tenant_key = for_tenant_key FOR SHARE;
  ELSE
    PERFORM pg_advisory_xact_lock_shared(realmshift.lock_key(for_dataset, for_tenant_key));
    SELECT is_closed INTO closed FROM realmshift.access
     WHERE dataset = for_dataset AND tenant_key = for_tenant_key;
  END IF;
  IF closed THEN
    RAISE EXCEPTION 'realm: tenant is sealed' USING ERRCODE = 'object_in_use',
      HINT = 'The tenant is moving to another realm.';
  END IF;
END $$;
-- Before TRUNCATE, which no tenant's lock can answer for.
CREATE OR REPLACE FUNCTION realmshift.check_truncate() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
    RAISE EXCEPTION 'realm: TRUNCATE of a tenant-keyed table needs READ COMMITTED'
      USING ERRCODE = 'object_in_use';
  END IF;
  PERFORM pg_advisory_xact_lock_shared(realmshift.lock_key(TG_ARGV[0], ''));
  IF EXISTS (SELECT 1 FROM realmshift.access WHERE dataset = TG_ARGV[0] AND is_closed) THEN
    RAISE EXCEPTION 'realm: tenant is sealed' USING ERRCODE = 'object_in_use';
  END IF;
  RETURN NULL;
END $$;
INSERT INTO realmshift.marker (format, realm) VALUES ()sql";

constexpr char kGetSql[] = R"sql(
SELECT c.app, c.tenant, c.generation, c.epoch, c.nonce, encode(c.cursor, 'hex'),
       a.app, a.tenant, a.generation, a.epoch, a.is_closed
  FROM (VALUES (true)) AS v (one)
  LEFT JOIN realmshift.control c ON c.dataset = $1 AND c.tenant_key = $2
  LEFT JOIN realmshift.access a ON a.dataset = $1 AND a.tenant_key = $2)sql";

constexpr char kLockSql[] =
    "SELECT generation, epoch, nonce, encode(cursor, 'hex') FROM realmshift.control"
    " WHERE dataset = $1 AND tenant_key = $2 FOR UPDATE";

constexpr char kRaiseSql[] = R"sql(
INSERT INTO realmshift.control AS c (dataset, tenant_key, app, tenant, generation, epoch, nonce)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (dataset, tenant_key) DO UPDATE
   SET generation = excluded.generation, epoch = excluded.epoch, nonce = excluded.nonce
 WHERE (c.generation, c.epoch) < (excluded.generation, excluded.epoch))sql";

constexpr char kAccessSql[] = R"sql(
INSERT INTO realmshift.access AS a (dataset, tenant_key, app, tenant, generation, epoch, is_closed)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (dataset, tenant_key) DO UPDATE
   SET app = excluded.app, tenant = excluded.tenant, generation = excluded.generation,
       epoch = excluded.epoch, is_closed = excluded.is_closed
 WHERE (a.generation, a.epoch) < (excluded.generation, excluded.epoch)
    OR (a.generation, a.epoch, a.is_closed)
     = (excluded.generation, excluded.epoch, excluded.is_closed))sql";

// Only workers' own sessions, never the app's.
constexpr char kDisconnectSql[] = R"sql(
SELECT pg_terminate_backend(s.pid) FROM pg_stat_activity s
 WHERE s.pid = ANY (pg_blocking_pids($1)) AND s.usename = current_user
   AND s.application_name = $2)sql";

uint64_t NumberAt(const pg_result& result, int row, int column) {
  uint64_t number = 0;
  return absl::SimpleAtoi(PostgresField(result, row, column), &number) ? number : 0;
}

std::string TextAt(const pg_result& result, int row, int column) {
  return std::string(PostgresField(result, row, column));
}

PostgresParameters NameOf(const PostgresControlKey& key) {
  return {{key.dataset.value()}, {key.scope.tenant_key}};
}

PostgresParameters OwnedNameOf(const PostgresControlKey& key) {
  return {{key.dataset.value()},
          {key.scope.tenant_key},
          {key.scope.app.value()},
          {key.scope.tenant.value()}};
}

absl::StatusOr<PostgresResult> GetMarker(PostgresConnection& connection) {
  return connection.Query("SELECT format, realm FROM realmshift.marker");
}

absl::Status CheckMarker(const pg_result& marker, const RealmId& realm) {
  const uint64_t format = NumberAt(marker, 0, 0);
  if (format > kSchemaFormat) {
    return absl::FailedPreconditionError(absl::StrCat("the schema realmshift has format ", format,
                                                      "; this worker knows up to ", kSchemaFormat,
                                                      ": use a newer worker"));
  }
  const std::string found = TextAt(marker, 0, 1);
  if (found == realm.value()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the database is the store of realm ", found,
                                                    ", but configured as one of realm ",
                                                    realm.value()));
}

absl::Status Install(PostgresConnection& connection, const RealmId& realm) {
  const std::string install =
      absl::StrCat(kInstallSql, kSchemaFormat, ", ", connection.QuoteLiteral(realm.value()),
                   ") ON CONFLICT DO NOTHING");
  // One message is one transaction.
  const absl::Status status = connection.Run(install);
  if (PostgresStateOf(status) != kPostgresInsufficientPrivilege) return status;
  return Annotate(status, "the worker's role must be allowed to create the schema realmshift");
}

// Ends the sessions that `connection` waits for, if they are workers'. Best effort: whoever waits
// looks again.
void DisconnectHolders(const PostgresConnection& connection, const PostgresConnect& connect) {
  const absl::StatusOr<std::unique_ptr<PostgresConnection>> second = connect();
  if (!second.ok()) return;
  const std::string pid = absl::StrCat(connection.backend_pid());
  (*second)->Query(kDisconnectSql, {{pid, kInt4}, {kPostgresApplicationName}}).IgnoreError();
}

absl::Status Drain(PostgresConnection& connection, const PostgresControlKey& key) {
  const absl::Status status = connection
                                  .Query(
                                      "SELECT pg_advisory_xact_lock(realmshift.lock_key($1, $2)),"
                                      " pg_advisory_xact_lock(realmshift.lock_key($1, ''))",
                                      NameOf(key))
                                  .status();
  return Annotate(status, "access is closed, but transactions of the app are still running");
}

}  // namespace

absl::Status ClaimPostgres(PostgresConnection& connection, const RealmId& realm) {
  ASSIGN_OR_RETURN(const PostgresResult found,
                   connection.Query("SELECT to_regclass('realmshift.marker') IS NOT NULL"));
  if (PostgresField(*found, 0, 0) == "f") RETURN_IF_ERROR(Install(connection, realm));
  ASSIGN_OR_RETURN(const PostgresResult marker, GetMarker(connection));
  if (PostgresRowCount(*marker) == 1) return CheckMarker(*marker, realm);
  return absl::FailedPreconditionError("the table realmshift.marker has no row; restore it");
}

absl::StatusOr<Control> GetPostgresControl(PostgresConnection& connection,
                                           const PostgresControlKey& key) {
  ASSIGN_OR_RETURN(const PostgresResult result, connection.Query(kGetSql, NameOf(key)));
  const pg_result& row = *result;
  for (const int owner : {0, 6}) {
    if (PostgresIsNull(row, 0, owner)) continue;
    const ControlRow owned{AppId(TextAt(row, 0, owner)), TenantId(TextAt(row, 0, owner + 1)), {}};
    RETURN_IF_ERROR(CheckOwner(owned, key.scope));
  }
  Control control;
  control.fence = {NumberAt(row, 0, 2), NumberAt(row, 0, 3), NumberAt(row, 0, 4)};
  ASSIGN_OR_RETURN(control.cursor, FromHex(PostgresField(row, 0, 5)));
  control.access_generation = NumberAt(row, 0, 8);
  control.access_epoch = NumberAt(row, 0, 9);
  control.access = PostgresField(row, 0, 10) == "t" ? Access::kClosed : Access::kOpen;
  return control;
}

absl::StatusOr<std::string> LockPostgresFence(PostgresConnection& connection,
                                              const PostgresControlKey& key, const Token& token) {
  ASSIGN_OR_RETURN(const PostgresResult result, connection.Query(kLockSql, NameOf(key)));
  if (PostgresRowCount(*result) == 0) return CheckFence(Control(), token);
  Control control;
  control.fence = {NumberAt(*result, 0, 0), NumberAt(*result, 0, 1), NumberAt(*result, 0, 2)};
  RETURN_IF_ERROR(CheckFence(control, token));
  return FromHex(PostgresField(*result, 0, 3));
}

absl::Status SetPostgresCursor(PostgresConnection& connection, const PostgresControlKey& key,
                               absl::string_view cursor) {
  PostgresParameters parameters = NameOf(key);
  parameters.push_back({std::string(cursor), kBytea, /*is_binary=*/true});
  return connection
      .Query("UPDATE realmshift.control SET cursor = $3 WHERE dataset = $1 AND tenant_key = $2",
             parameters)
      .status();
}

absl::Status RaisePostgresFence(PostgresConnection& connection, const PostgresControlKey& key,
                                const Token& token, const PostgresConnect& connect) {
  // Before anything waits: a late raise must not disconnect the execution that is ahead of it.
  ASSIGN_OR_RETURN(Control control, GetPostgresControl(connection, key));
  RETURN_IF_ERROR(ApplyFence(token, control));
  PostgresParameters parameters = OwnedNameOf(key);
  for (const uint64_t number : {token.generation, token.epoch, token.nonce}) {
    parameters.push_back({absl::StrCat(number)});
  }
  const SystemClock clock;
  const absl::Duration deadline = clock.Monotonic() + kRaisePatience;
  RETURN_IF_ERROR(connection.Send(kRaiseSql, parameters));
  while (true) {
    ASSIGN_OR_RETURN(const bool is_done, connection.WaitForResult(kBatchPatience));
    if (is_done) break;
    if (clock.Monotonic() > deadline) connection.Cancel();
    DisconnectHolders(connection, connect);
  }
  ASSIGN_OR_RETURN(const PostgresResult result, connection.TakeResult());
  if (PostgresChangedRows(*result) == 1) return absl::OkStatus();
  return absl::AbortedError("fenced: another execution raised the fence at the same moment");
}

absl::Status SetPostgresAccess(PostgresConnection& connection, const PostgresControlKey& key,
                               uint64_t generation, uint64_t epoch, Access access) {
  ASSIGN_OR_RETURN(Control control, GetPostgresControl(connection, key));
  RETURN_IF_ERROR(ApplyAccess(generation, epoch, access, control));
  PostgresParameters parameters = OwnedNameOf(key);
  parameters.push_back({absl::StrCat(generation)});
  parameters.push_back({absl::StrCat(epoch)});
  parameters.push_back({access == Access::kClosed ? "true" : "false"});
  RETURN_IF_ERROR(connection.Run("SET lock_timeout = '5s'"));
  const absl::Cleanup restore = [&connection] {
    connection.Run("SET lock_timeout = '30s'").IgnoreError();
  };
  ASSIGN_OR_RETURN(const PostgresResult result, connection.Query(kAccessSql, parameters));
  if (PostgresChangedRows(*result) != 1) {
    return absl::AbortedError("access was ordered by another execution at the same moment");
  }
  // Also for a repeated order: the one before may have died while it waited.
  return access == Access::kClosed ? Drain(connection, key) : absl::OkStatus();
}

}  // namespace realm::worker
