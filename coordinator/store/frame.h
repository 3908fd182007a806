// The bytes that the store puts around what it keeps: docs/formats/store.md.
//
// A row's value carries its version and a check over key, version and value, so that a row that is
// not what was written under its key is known to be damaged, whatever else read it without
// complaint.

#ifndef REALMSHIFT_COORDINATOR_STORE_FRAME_H_
#define REALMSHIFT_COORDINATOR_STORE_FRAME_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "coordinator/store/store.h"

namespace realm::coordinator {

// The format of everything below a store's folder. A store with a greater number is refused.
constexpr int kStoreFormat = 1;

// The row that holds the number, as text: it must be readable whatever else changes.
std::string EncodeFormat(int format);
// FAILED_PRECONDITION: a newer one than this build's, or no store of ours at all.
absl::Status CheckFormat(absl::string_view bytes);

std::string EncodeFrame(absl::string_view key, uint64_t version, absl::string_view value);
// Never fails: what does not decode is a damaged row.
Row DecodeFrame(absl::string_view key, absl::string_view bytes);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_FRAME_H_
