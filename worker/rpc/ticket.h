// Checks the coordinator's tickets, with which a worker of another realm asks for a tenant's data.

#ifndef REALMSHIFT_WORKER_RPC_TICKET_H_
#define REALMSHIFT_WORKER_RPC_TICKET_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/clock.h"
#include "common/identity.h"
#include "common/ids.h"
#include "common/signing.h"
#include "realm/v1/dispatch.pb.h"

namespace realm::worker {

enum class Verb { kRead, kSeal };

// Thread safety: any thread.
class TicketChecker {
 public:
  // Accepts tickets that one of `keys` signed, for `realm` as the source. `clock` outlives this.
  TicketChecker(std::vector<VerifyingKey> keys, RealmId realm, const Clock& clock);

  // What the ticket in `bytes` (a serialized SignedTicket) says, if it lets `caller` do `verb` to
  // each of `datasets` now. Without a caller, on a connection without TLS, whoever holds it may.
  // PERMISSION_DENIED: it does not; the message says why.
  absl::StatusOr<v1::Ticket> Check(absl::string_view bytes, Verb verb,
                                   const std::vector<std::string>& datasets,
                                   const std::optional<PeerIdentity>& caller) const;

 private:
  absl::StatusOr<v1::Ticket> Open(absl::string_view bytes) const;

  const std::vector<VerifyingKey> keys_;
  const RealmId realm_;
  const Clock& clock_;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_RPC_TICKET_H_
