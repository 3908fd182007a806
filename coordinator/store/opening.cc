#include "coordinator/store/opening.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "common/status_macros.h"
#include "coordinator/store/high_water.h"

namespace realm::coordinator {
namespace {

// A power cut leaves the mark this far behind: the lag, the batch that was under way, and one more
// if the newest slot is torn.
constexpr uint64_t kBehindMax = kMarkLagMax + 2;

constexpr absl::string_view kWhatToDo =
    "Acknowledged changes may be missing, so nothing was opened or changed. Keep a copy of the "
    "folder, then restore it from a backup, or take what is left as it is; in both cases start "
    "once with --accept-data-loss";

bool NeverOpened(const absl::StatusOr<StoreHead>& head) {
  return head.ok() && head->incarnation == 0 && head->sequence == 0;
}

std::string Behind(absl::string_view what, uint64_t database, uint64_t mark) {
  return absl::StrCat("the database stands at ", what, " ", database, ", its mark at ", mark);
}

// What is wrong between the two; empty: nothing.
std::string Disagreement(const StoreHead& mark, const StoreHead& database) {
  if (mark.store_id != database.store_id) return "the database and its mark are of two stores";
  if (database.generation < mark.generation) {
    return Behind("generation", database.generation, mark.generation);
  }
  if (database.incarnation < mark.incarnation) {
    return Behind("incarnation", database.incarnation, mark.incarnation);
  }
  if (database.sequence < mark.sequence || database.sequence - mark.sequence > kBehindMax) {
    return Behind("batch", database.sequence, mark.sequence);
  }
  if (database.audit_sequence < mark.audit_sequence) {
    return Behind("audit record", database.audit_sequence, mark.audit_sequence);
  }
  if (database.sequence == mark.sequence && database.chain_head != mark.chain_head) {
    return "the database's audit chain is not the one of its mark";
  }
  return "";
}

std::string Damage(const Found& found) {
  if (absl::IsNotFound(found.mark.status())) return "the mark beside the database is missing";
  if (!found.mark.ok()) return std::string(found.mark.status().message());
  if (absl::IsNotFound(found.database.status())) {
    return absl::StrCat("the database is missing or empty, its mark stands at batch ",
                        found.mark->sequence);
  }
  if (!found.database.ok()) return std::string(found.database.status().message());
  return Disagreement(*found.mark, *found.database);
}

bool IsCreation(const Found& found) {
  return absl::IsNotFound(found.database.status()) &&
         (absl::IsNotFound(found.mark.status()) || NeverOpened(found.mark));
}

// Neither can be had by waiting or by looking away.
absl::Status Unusable(const absl::Status& status) {
  const bool is_usable = status.ok() || absl::IsNotFound(status) || absl::IsDataLoss(status);
  return is_usable ? absl::OkStatus() : status;
}

// Newer than all that either ever said.
StoreHead RaisedHead(const Found& found) {
  StoreHead head = found.database.ok() ? *found.database : FirstHead();
  if (found.mark.ok()) {
    if (!found.database.ok()) head.store_id = found.mark->store_id;
    head.generation = std::max(head.generation, found.mark->generation);
    head.incarnation = std::max(head.incarnation, found.mark->incarnation);
  }
  ++head.generation;
  return head;
}

}  // namespace

absl::StatusOr<Opening> PlanOpening(const Found& found, bool accept_data_loss) {
  for (const absl::Status& status : {found.database.status(), found.mark.status()}) {
    if (const absl::Status unusable = Unusable(status); !unusable.ok()) return unusable;
  }
  if (IsCreation(found) && !accept_data_loss) {
    return Opening{true, found.mark.ok() ? *found.mark : FirstHead(), ""};
  }
  const std::string damage = IsCreation(found) ? "" : Damage(found);
  if (accept_data_loss) {
    // A new one in the place of files that cannot be read would bury them.
    if (absl::IsDataLoss(found.database.status())) {
      return Annotate(found.database.status(),
                      "restore the folder from a backup: no part of it can be read");
    }
    return Opening{!found.database.ok(), RaisedHead(found), damage};
  }
  if (damage.empty()) return Opening{false, *found.database, ""};
  return absl::DataLossError(absl::StrCat(damage, ". ", kWhatToDo));
}

}  // namespace realm::coordinator
