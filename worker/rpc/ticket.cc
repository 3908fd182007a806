#include "worker/rpc/ticket.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "common/digest.h"
#include "common/digest_tree.h"
#include "common/status_macros.h"
#include "common/ticket_signature.h"

namespace realm::worker {
namespace {

absl::Time ExpiryOf(const v1::Ticket& ticket) {
  return absl::FromUnixSeconds(ticket.expire_time().seconds()) +
         absl::Nanoseconds(ticket.expire_time().nanos());
}

absl::Status CheckVerb(const v1::Ticket& ticket, Verb verb,
                       const std::vector<std::string>& datasets) {
  if (verb == Verb::kSeal && !ticket.may_seal()) {
    return absl::PermissionDeniedError("the ticket is not for sealing");
  }
  for (const std::string& dataset : datasets) {
    const auto& allowed = ticket.datasets();
    if (std::find(allowed.begin(), allowed.end(), dataset) != allowed.end()) continue;
    return absl::PermissionDeniedError(absl::StrCat("the ticket is not for dataset ", dataset));
  }
  return absl::OkStatus();
}

absl::Status CheckHolder(const v1::Ticket& ticket, const PeerIdentity& caller) {
  if (caller.role == Role::kWorker && caller.realm.value() == ticket.target_realm() &&
      caller.name == ticket.holder_worker_id()) {
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError(
      absl::StrCat("the ticket is held by worker ", ticket.holder_worker_id(), " of realm ",
                   ticket.target_realm(), ", not by ", ToUri(caller)));
}

// Nothing when the siblings cannot be those of a ticket.
std::optional<std::string> SignedTextOf(const v1::SignedTicket& signed_ticket) {
  if (signed_ticket.siblings().empty()) return signed_ticket.ticket();
  std::vector<absl::string_view> siblings;
  for (const std::string& sibling : signed_ticket.siblings()) {
    if (sibling.size() != kDigestBytes) return std::nullopt;
    siblings.push_back(sibling);
  }
  if (siblings.size() > kDigestTreeDepthMax) return std::nullopt;
  return SignedTextOfRoot(RootOver(signed_ticket.ticket(), signed_ticket.index(), siblings));
}

}  // namespace

TicketChecker::TicketChecker(std::vector<VerifyingKey> keys, RealmId realm, const Clock& clock)
    : keys_(std::move(keys)), realm_(std::move(realm)), clock_(clock) {}

absl::StatusOr<v1::Ticket> TicketChecker::Check(absl::string_view bytes, Verb verb,
                                                const std::vector<std::string>& datasets,
                                                const std::optional<PeerIdentity>& caller) const {
  ASSIGN_OR_RETURN(v1::Ticket ticket, Open(bytes));
  if (ticket.source_realm() != realm_.value()) {
    return absl::PermissionDeniedError(absl::StrCat(
        "the ticket is for realm ", ticket.source_realm(), ", and this is ", realm_.value()));
  }
  if (clock_.Now() >= ExpiryOf(ticket)) {
    return absl::PermissionDeniedError(
        absl::StrCat("the ticket expired at ",
                     absl::FormatTime(absl::RFC3339_sec, ExpiryOf(ticket), absl::UTCTimeZone())));
  }
  RETURN_IF_ERROR(CheckVerb(ticket, verb, datasets));
  if (caller.has_value()) RETURN_IF_ERROR(CheckHolder(ticket, *caller));
  return ticket;
}

absl::StatusOr<v1::Ticket> TicketChecker::Open(absl::string_view bytes) const {
  v1::SignedTicket signed_ticket;
  if (!signed_ticket.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::PermissionDeniedError("the ticket does not decode");
  }
  // Nothing of the ticket itself is parsed before its signature is known to be good.
  const std::optional<std::string> text = SignedTextOf(signed_ticket);
  const bool good = text && std::any_of(keys_.begin(), keys_.end(), [&](const VerifyingKey& key) {
                      return key.Verifies(*text, signed_ticket.signature());
                    });
  if (!good) return absl::PermissionDeniedError("the ticket is not signed by this realm's keys");
  v1::Ticket ticket;
  if (!ticket.ParseFromString(signed_ticket.ticket())) {
    return absl::PermissionDeniedError("the ticket does not decode");
  }
  return ticket;
}

}  // namespace realm::worker
