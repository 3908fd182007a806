// The audit trail: one record for every accepted input, each with the digest of
// the one before, so that none can be changed, dropped or moved unnoticed.
#ifndef REALMSHIFT_COORDINATOR_CORE_AUDIT_H_
#define REALMSHIFT_COORDINATOR_CORE_AUDIT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/ids.h"
#include "coordinator/core/state.h"

namespace realm::coordinator {

struct AuditRecord {
  uint64_t sequence = 0;  // From 1, without gaps.
  absl::Time time;
  MigrationKey key;  // `migration` is empty for records of a tenant alone.
  std::string actor;
  std::string input;   // A word: "commit", "lease", ...
  std::string detail;  // Never tenant content, never a secret.
  State before = State::kNone;
  State after = State::kNone;
  uint64_t epoch = 0;
  std::string hash;  // 32 bytes, over `previous` and all the above.
};

// 32 zero bytes: what the first record follows.
std::string FirstChainHead();

// The hash of `record` (its own `hash` is not looked at) after `previous`.
std::string ChainHash(absl::string_view previous, const AuditRecord& record);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_AUDIT_H_
