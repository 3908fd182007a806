#include "coordinator/edge/status_cache.h"

#include "absl/strings/str_cat.h"

#include "coordinator/edge/proto_time.h"
#include "realm/store/v1/edge_cache.pb.h"

namespace realm::edge {
namespace {

using MigrationRow = store::v1::CachedMigrationRow;

std::string KeyOf(const v1::MigrationRef& ref) {
  return MirrorKey({ref.app_id(), ref.tenant_id(), ref.migration_id()});
}

bool HasEnded(v1::Migration::State state) {
  return state == v1::Migration::STATE_COMMITTED || state == v1::Migration::STATE_ROLLED_BACK ||
         state == v1::Migration::STATE_CANCELLED;
}

// The words of those states.
bool IsLast(absl::string_view status) {
  return status == "committed" || status == "rolled-back" || status == "cancelled";
}

MigrationRow RowOf(const std::string* bytes) {
  MigrationRow row;
  if (bytes != nullptr && !row.ParseFromString(*bytes)) row.Clear();
  return row;
}

bool IsSame(const MigrationRow& a, const MigrationRow& b) {
  return a.status() == b.status() && a.error_response_code() == b.error_response_code() &&
         a.created() == b.created() && a.ended() == b.ended();
}

// Whether `a` says more about a tenant than `b`: what is under way before what has ended, then the
// later one.
bool SaysMore(const MigrationRow& a, const MigrationRow& b) {
  if (a.ended() != b.ended()) return !a.ended();
  return a.created() >= b.created();
}

std::optional<MigrationRow> Best(const std::vector<std::string>& rows) {
  std::optional<MigrationRow> best;
  for (const std::string& bytes : rows) {
    MigrationRow row;
    if (row.ParseFromString(bytes) && (!best.has_value() || SaysMore(row, *best))) best = row;
  }
  return best;
}

}  // namespace

std::optional<StatusWord> StatusCache::Find(const v1::MigrationRef& ref) const {
  std::vector<std::string> rows;
  if (ref.migration_id().empty()) {
    rows = mirror_.FindAll(MirrorKey({ref.app_id(), ref.tenant_id(), ""}));
  } else if (std::optional<std::string> row = mirror_.Find(KeyOf(ref))) {
    rows.push_back(*std::move(row));
  }
  const std::optional<MigrationRow> best = Best(rows);
  if (!best.has_value()) return std::nullopt;
  return StatusWord{best->status(), best->error_response_code()};
}

void StatusCache::Put(const v1::Migration& migration) {
  MigrationRow row;
  row.set_status(migration.status());
  if (migration.status() == "failed") {
    row.set_error_response_code(migration.failure().error_response_code());
  }
  row.set_created(absl::ToUnixMicros(TimeOf(migration.create_time())));
  row.set_ended(HasEnded(migration.state()));
  mirror_.Change(KeyOf(migration.ref()), [&](const std::string* bytes, bool seen) {
    const MigrationRow kept = RowOf(bytes);
    // Sent before the answer that was heard first; a coordinator's new stream is always right.
    const bool old = seen && kept.version() > migration.version();
    // Progress raises the version many times a minute, and is no reason to write the file.
    row.set_version(IsSame(kept, row) ? kept.version() : migration.version());
    return old ? std::nullopt : std::make_optional(row.SerializeAsString());
  });
}

void StatusCache::Put(const v1::HookAnswer& answer) {
  if (answer.ref().migration_id().empty() || answer.status().empty()) return;
  mirror_.Change(KeyOf(answer.ref()), [&](const std::string* bytes, bool) {
    MigrationRow row = RowOf(bytes);
    const bool news = bytes == nullptr || answer.version() > row.version();
    if (!news || row.status() == answer.status()) return std::optional<std::string>();
    row.set_status(answer.status());
    row.clear_error_response_code();
    row.set_ended(IsLast(answer.status()));
    row.set_version(answer.version());
    return std::make_optional(row.SerializeAsString());
  });
}

}  // namespace realm::edge
