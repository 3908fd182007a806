// Finding the migration that an operator means.

#ifndef REALMSHIFT_COORDINATOR_CTL_MIGRATION_LOOKUP_H_
#define REALMSHIFT_COORDINATOR_CTL_MIGRATION_LOOKUP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/program/arguments.h"
#include "coordinator/ctl/connection.h"
#include "realm/v1/types.pb.h"

namespace realm::ctl {

// --app and --tenant, which narrow a migration's id down: the platform's ids are only unique within
// one tenant.
const std::vector<Flag>& LookupFlags();

// Terms of a filter, joined. Empty terms are left out.
std::string JoinFilter(const std::vector<std::string>& terms);

// All migrations that match `filter`, page by page; at most `limit`.
absl::StatusOr<std::vector<v1::Migration>> ListMigrations(Connection& connection,
                                                          const std::string& filter, size_t limit);

// The migration with the id `name`, or else the one under way, or the latest, of the tenant `name`.
//
// NotFound: there is none. InvalidArgument: several tenants have one; the message names them.
absl::StatusOr<v1::Migration> FindMigration(Connection& connection, absl::string_view name,
                                            const Arguments& arguments);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_MIGRATION_LOOKUP_H_
