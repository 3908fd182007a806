#include "coordinator/ctl/migration_lookup.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/config/words.h"
#include "common/limits.h"
#include "common/status_macros.h"
#include "coordinator/ctl/migration_text.h"
#include "coordinator/ctl/wire_time.h"

namespace realm::ctl {
namespace {

// Open before ended, then the latest first.
bool ComesFirst(const v1::Migration& a, const v1::Migration& b) {
  if (IsOver(a) != IsOver(b)) return !IsOver(a);
  return ToTime(a.create_time()) > ToTime(b.create_time());
}

std::string OwnerOf(const v1::Migration& migration) {
  return absl::StrCat(migration.ref().app_id(), "/", migration.ref().tenant_id());
}

absl::StatusOr<v1::Migration> TheOne(std::vector<v1::Migration> found, absl::string_view name) {
  if (found.empty()) {
    return absl::NotFoundError(absl::StrCat("no migration and no tenant is called ", Quoted(name),
                                            "; `realmctl migration list` shows what there is"));
  }
  std::stable_sort(found.begin(), found.end(), ComesFirst);
  std::vector<std::string> owners;
  for (const v1::Migration& migration : found) {
    const std::string owner = OwnerOf(migration);
    if (std::find(owners.begin(), owners.end(), owner) == owners.end()) owners.push_back(owner);
  }
  if (owners.size() == 1) return found.front();
  owners.resize(std::min<size_t>(owners.size(), 5));
  return absl::InvalidArgumentError(
      absl::StrCat(Quoted(name), " is the name of several: ", absl::StrJoin(owners, ", "),
                   "; say which with --app and --tenant"));
}

}  // namespace

const std::vector<Flag>& LookupFlags() {
  static const auto* flags = new std::vector<Flag>{
      {"app", "APP", "only migrations of this app"},
      {"tenant", "TENANT", "only migrations of this tenant"},
  };
  return *flags;
}

std::string JoinFilter(const std::vector<std::string>& terms) {
  std::vector<std::string> filled;
  for (const std::string& term : terms) {
    if (!term.empty()) filled.push_back(term);
  }
  return absl::StrJoin(filled, " AND ");
}

absl::StatusOr<std::vector<v1::Migration>> ListMigrations(Connection& connection,
                                                          const std::string& filter, size_t limit) {
  std::vector<v1::Migration> migrations;
  v1::ListMigrationsRequest request;
  request.set_filter(filter);
  do {
    request.set_page_size(static_cast<int>(std::min<size_t>(kPageSizeMax, limit)));
    ASSIGN_OR_RETURN(
        v1::ListMigrationsResponse page,
        connection.Call(connection.admin(), &v1::AdminService::Stub::ListMigrations, request));
    for (v1::Migration& migration : *page.mutable_migrations()) {
      if (migrations.size() < limit) migrations.push_back(std::move(migration));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && migrations.size() < limit);
  return migrations;
}

absl::StatusOr<v1::Migration> FindMigration(Connection& connection, absl::string_view name,
                                            const Arguments& arguments) {
  const auto term = [&](absl::string_view key, absl::string_view flag) {
    return arguments.Has(flag) ? absl::StrCat(key, "=", arguments.Get(flag)) : "";
  };
  ASSIGN_OR_RETURN(
      const std::vector<v1::Migration> all,
      ListMigrations(connection, JoinFilter({term("app_id", "app"), term("tenant_id", "tenant")}),
                     std::numeric_limits<size_t>::max()));
  std::vector<v1::Migration> by_id;
  std::vector<v1::Migration> by_tenant;
  for (const v1::Migration& migration : all) {
    if (migration.ref().migration_id() == name) by_id.push_back(migration);
    if (migration.ref().tenant_id() == name) by_tenant.push_back(migration);
  }
  return TheOne(by_id.empty() ? by_tenant : by_id, name);
}

}  // namespace realm::ctl
