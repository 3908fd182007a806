// What the coordinator's signature of a ticket is over: made in one place, checked in another.

#ifndef REALMSHIFT_COMMON_TICKET_SIGNATURE_H_
#define REALMSHIFT_COMMON_TICKET_SIGNATURE_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace realm {

// For tickets that are signed together, `root` being that of their DigestTree. Begins with a byte
// with which no ticket begins, so that no signed root is ever a signed ticket.
inline std::string SignedTextOfRoot(absl::string_view root) {
  return absl::StrCat(absl::string_view("\0realmshift tickets", 19), root);
}

}  // namespace realm

#endif  // REALMSHIFT_COMMON_TICKET_SIGNATURE_H_
