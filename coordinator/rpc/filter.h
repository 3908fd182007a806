// The filter of ListMigrations and WatchMigrations.
#ifndef REALMSHIFT_COORDINATOR_RPC_FILTER_H_
#define REALMSHIFT_COORDINATOR_RPC_FILTER_H_

#include <functional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "coordinator/core/migration.h"

namespace realm::coordinator {

using MigrationFilter = std::function<bool(const Migration&)>;

// Terms "KEY=VALUE" joined by AND; an empty text takes all. Keys: state (the
// status word, or a state's name in lower case), source_realm, target_realm,
// app_id, tenant_id, stuck, open. INVALID_ARGUMENT names the term and the keys there are.
absl::StatusOr<MigrationFilter> ParseFilter(absl::string_view text);

// Whether a term of `text` leaves out every migration that has ended.
bool TakesOpenOnly(absl::string_view text);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_RPC_FILTER_H_
