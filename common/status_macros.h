// The two macros that pass an error on to the caller, and a way to say where it came from.

#ifndef REALMSHIFT_COMMON_STATUS_MACROS_H_
#define REALMSHIFT_COMMON_STATUS_MACROS_H_

#include <string>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace realm {

// Returns `status` with "`prefix`: " put before its message; code and payloads stay. OK stays OK.
inline absl::Status Annotate(const absl::Status& status, absl::string_view prefix) {
  if (status.ok()) return status;
  absl::Status annotated(status.code(), absl::StrCat(prefix, ": ", status.message()));
  status.ForEachPayload([&annotated](absl::string_view url, const absl::Cord& payload) {
    annotated.SetPayload(url, payload);
  });
  return annotated;
}

}  // namespace realm

// RETURN_IF_ERROR(store.Apply(changes)): returns the absl::Status unless it is OK.
#define RETURN_IF_ERROR(expression) \
  REALM_RETURN_IF_ERROR_INTERNAL_(REALM_STATUS_NAME_(__COUNTER__), expression)

// ASSIGN_OR_RETURN(const Page page, Read(cursor)): declares or assigns `lhs` from the StatusOr, or
// returns its status. Two statements: put braces around it under an `if`.
#define ASSIGN_OR_RETURN(lhs, expression) \
  REALM_ASSIGN_OR_RETURN_INTERNAL_(REALM_STATUS_NAME_(__COUNTER__), lhs, expression)

#define REALM_RETURN_IF_ERROR_INTERNAL_(name, expression) \
  do {                                                    \
    ::absl::Status name = (expression);                   \
    if (ABSL_PREDICT_FALSE(!name.ok())) return name;      \
  } while (false)

#define REALM_ASSIGN_OR_RETURN_INTERNAL_(name, lhs, expression)        \
  auto name = (expression);                                            \
  if (ABSL_PREDICT_FALSE(!name.ok())) return std::move(name).status(); \
  lhs = *std::move(name)

#define REALM_STATUS_NAME_(counter) REALM_STATUS_NAME_CONCAT_(realm_status_, counter)
#define REALM_STATUS_NAME_CONCAT_(prefix, counter) prefix##counter

#endif  // REALMSHIFT_COMMON_STATUS_MACROS_H_
