#include "worker/job/source_realm.h"

#include "absl/strings/str_cat.h"

#include "common/seeded_bug.h"
#include "realm/store/v1/cursor.pb.h"

namespace realm::worker {

void Note(const Control& control, SourceDataset* source) {
  if (control.access == Access::kOpen) return;
  source->sealed_generation = control.access_generation;
  store::v1::JobCursor cursor;
  source->purged = cursor.ParseFromString(control.cursor) && cursor.has_purge();
}

absl::Status CheckLivesHere(const SourceDataset& source, uint64_t scheduled_generation) {
  if (Seeded(SeededBug::kSourceNotAsked)) return absl::OkStatus();
  constexpr absl::string_view kAdvice =
      "; the coordinator was restored from a backup of before that: compare the directory with the "
      "platform, and put it right (realmctl directory set)";
  if (source.purged) {
    return absl::FailedPreconditionError(absl::StrCat(
        "a migration that left the source has deleted the tenant's records there", kAdvice));
  }
  if (source.sealed_generation != 0 && source.sealed_generation < scheduled_generation) {
    return absl::FailedPreconditionError(
        absl::StrCat("the source was sealed under generation ", source.sealed_generation,
                     ", and this migration was scheduled under ", scheduled_generation, kAdvice));
  }
  return absl::OkStatus();
}

}  // namespace realm::worker
