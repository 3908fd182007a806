#include "coordinator/core/refusal.h"

#include <cstdlib>
#include <string>

#include "absl/strings/cord.h"

namespace realm::coordinator {
namespace {

constexpr char kPayload[] = "realm.refusal";

}  // namespace

absl::string_view ToString(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNotScheduled:
      return "MIGRATION_NOT_SCHEDULED";
    case Refusal::kLocationMismatch:
      return "LOCATION_MISMATCH";
    case Refusal::kRealmUnsupported:
      return "REALM_UNSUPPORTED";
    case Refusal::kMigrationsUnsupported:
      return "MIGRATIONS_UNSUPPORTED";
    case Refusal::kTooMany:
      return "TOO_MANY_MIGRATIONS";
    case Refusal::kTenantUnknown:
      return "TENANT_UNKNOWN";
    case Refusal::kTenantBusy:
      return "TENANT_BUSY";
    case Refusal::kRealmInDoubt:
      return "REALM_IN_DOUBT";
    case Refusal::kWindowInvalid:
      return "WINDOW_INVALID";
    case Refusal::kWindowMismatch:
      return "WINDOW_MISMATCH";
    case Refusal::kBodyMismatch:
      return "BODY_MISMATCH";
    case Refusal::kAlreadyStarted:
      return "ALREADY_STARTED";
    case Refusal::kTooEarly:
      return "TOO_EARLY";
    case Refusal::kFailed:
      return "MIGRATION_FAILED";
    case Refusal::kOver:
      return "MIGRATION_OVER";
    case Refusal::kPointOfNoReturn:
      return "POINT_OF_NO_RETURN";
    case Refusal::kNotWaiting:
      return "NOT_WAITING_FOR_SWITCH";
    case Refusal::kPlanMismatch:
      return "PLAN_MISMATCH";
    case Refusal::kEntryChanged:
      return "ENTRY_CHANGED";
  }
  std::abort();  // Not reached: the switch is exhaustive.
}

absl::string_view ErrorResponseCode(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNotScheduled:
    case Refusal::kLocationMismatch:
      return "E0001";
    case Refusal::kRealmUnsupported:
      return "E0002";
    case Refusal::kMigrationsUnsupported:
      return "E0003";
    case Refusal::kTooMany:
      return "E0004";
    case Refusal::kTenantUnknown:
    case Refusal::kTenantBusy:
    case Refusal::kRealmInDoubt:
    case Refusal::kWindowInvalid:
    case Refusal::kWindowMismatch:
    case Refusal::kBodyMismatch:
    case Refusal::kAlreadyStarted:
    case Refusal::kTooEarly:
    case Refusal::kFailed:
    case Refusal::kOver:
    case Refusal::kPointOfNoReturn:
    case Refusal::kNotWaiting:
    case Refusal::kPlanMismatch:
    case Refusal::kEntryChanged:
      return "E9999";
  }
  std::abort();  // Not reached: the switch is exhaustive.
}

absl::Status Refuse(Refusal refusal, absl::string_view message) {
  absl::Status status = refusal == Refusal::kTooMany ? absl::ResourceExhaustedError(message)
                                                     : absl::FailedPreconditionError(message);
  status.SetPayload(kPayload, absl::Cord(std::string(1, static_cast<char>(refusal))));
  return status;
}

std::optional<Refusal> RefusalOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  if (!payload.has_value() || payload->size() != 1) return std::nullopt;
  return static_cast<Refusal>(std::string(*payload)[0]);
}

}  // namespace realm::coordinator
