#include "worker/job/erasure.h"

#include <algorithm>
#include <memory>
#include <string>

#include "common/limits.h"
#include "common/status_macros.h"

namespace realm::worker {

absl::StatusOr<int64_t> CountLeft(Connector& connector, absl::string_view digest_key) {
  int64_t left = 0;
  for (const std::string& table : connector.Tables()) {
    ASSIGN_OR_RETURN(const RangeDigest digest,
                     connector.DigestOf(table, {}, digest_key, kRangeRecords));
    ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader, connector.Read(table, {}));
    ASSIGN_OR_RETURN(const Page page, reader->Next());
    left += std::max(digest.record_count, page.record_count);
  }
  return left;
}

}  // namespace realm::worker
