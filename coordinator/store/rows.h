// The rows' bytes: core types to proto/realm/store/v1/rows.proto and back. The
// only place that knows both.
#ifndef REALMSHIFT_COORDINATOR_STORE_ROWS_H_
#define REALMSHIFT_COORDINATOR_STORE_ROWS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "coordinator/core/audit.h"
#include "coordinator/core/installation.h"
#include "coordinator/core/migration.h"
#include "coordinator/core/tenant.h"

namespace realm::coordinator {

struct AuditBlock {
  std::string previous;  // The hash of the record before the first.
  std::vector<AuditRecord> records;
};

std::string EncodeRow(const Migration& migration);
std::string EncodeRow(const Tenant& tenant);
std::string EncodeRow(const Installation& installation);
// The records of one batch, in order. REQUIRES: at least one; each hash follows from the one
// before.
std::string EncodeAuditBlock(absl::string_view previous, const std::vector<AuditRecord>& records);

// DATA_LOSS: not what Encode writes: malformed, an enumerator this build does
// not know, a required part missing. The message says which.
absl::StatusOr<Migration> DecodeMigration(absl::string_view bytes);
absl::StatusOr<Tenant> DecodeTenant(absl::string_view bytes);
absl::StatusOr<Installation> DecodeInstallation(absl::string_view bytes);
// DATA_LOSS too when the records do not lead from the hash before them to the last one's.
absl::StatusOr<AuditBlock> DecodeAuditBlock(absl::string_view bytes);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_ROWS_H_
