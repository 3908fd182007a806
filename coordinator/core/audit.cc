#include "coordinator/core/audit.h"

#include "absl/strings/str_cat.h"

#include "common/digest.h"

namespace realm::coordinator {
namespace {

// Lengths first, so that no two records share a preimage.
void Append(std::string* out, absl::string_view field) {
  absl::StrAppend(out, field.size(), ":", field);
}

}  // namespace

std::string FirstChainHead() {
  return std::string(kDigestBytes, '\0');
}

std::string ChainHash(absl::string_view previous, const AuditRecord& r) {
  std::string bytes(previous);
  bytes.reserve(bytes.size() + 256);
  absl::StrAppend(&bytes, r.sequence, ",", absl::ToUnixMicros(r.time), ",",
                  static_cast<int>(r.before), ",", static_cast<int>(r.after), ",", r.epoch, ",");
  Append(&bytes, r.key.app.value());
  Append(&bytes, r.key.tenant.value());
  Append(&bytes, r.key.migration.value());
  Append(&bytes, r.actor);
  Append(&bytes, r.input);
  Append(&bytes, r.detail);
  return Sha256(bytes);
}

}  // namespace realm::coordinator
