// Assertions that stay on in every build.
//
// A failed check is a bug in this program: it writes one line to stderr and aborts. The store is
// still right after that, because it only ever holds whole steps. Input from outside is never
// checked with these; it gets an absl::Status.
//
// Debian's Abseil has no absl/log, hence no CHECK; this is the small part of it that is needed.

#ifndef REALMSHIFT_COMMON_CHECK_H_
#define REALMSHIFT_COMMON_CHECK_H_

#include <string>

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace realm::check_internal {

// Writes "FILE:LINE: KIND failed: CONDITION (DETAIL)" to stderr and aborts.
[[noreturn]] void Fail(const char* file, int line, absl::string_view kind,
                       absl::string_view condition, const std::string& detail);

// StrCat of no argument at all is allowed, so that the detail may be left out.
inline std::string Detail() {
  return {};
}
template <typename... Args>
std::string Detail(const Args&... args) {
  return absl::StrCat(args...);
}

}  // namespace realm::check_internal

namespace realm {

// Called with the text of a failed check before the program ends, in the thread in which it failed.
// For the simulator, in which a program's end is one event of many: it throws. nullptr: none.
using CheckFailureSink = void (*)(const std::string& text);
// Not while other threads run. Returns the one that was in force.
CheckFailureSink SetCheckFailureSink(CheckFailureSink sink);

}  // namespace realm

// REALM_CHECK(a <= b, "a=", a, " b=", b): aborts unless `condition` holds. The rest is joined with
// absl::StrCat, only when it fails, and must not name tenant data.
#define REALM_CHECK(condition, ...) \
  REALM_CHECK_INTERNAL_("check", condition, ::realm::check_internal::Detail(__VA_ARGS__))

// The same for a statement about rows or stores that must be true at every moment ("the directory
// never names a realm without the data"). Named apart so that a report tells the two apart.
#define REALM_INVARIANT(condition, ...) \
  REALM_CHECK_INTERNAL_("invariant", condition, ::realm::check_internal::Detail(__VA_ARGS__))

// Aborts unless the absl::Status `expression` is OK.
#define REALM_CHECK_OK(expression)                                                     \
  do {                                                                                 \
    const ::absl::Status& realm_check_status_ = (expression);                          \
    if (ABSL_PREDICT_FALSE(!realm_check_status_.ok())) {                               \
      ::realm::check_internal::Fail(__FILE__, __LINE__, "check", #expression " is OK", \
                                    realm_check_status_.ToString());                   \
    }                                                                                  \
  } while (false)

// For the end of a function after a switch over every enumerator of an enum class.
#define REALM_UNREACHABLE() \
  ::realm::check_internal::Fail(__FILE__, __LINE__, "check", "this line is not reached", "")

#define REALM_CHECK_INTERNAL_(kind, condition, detail)                             \
  do {                                                                             \
    if (ABSL_PREDICT_FALSE(!(condition))) {                                        \
      ::realm::check_internal::Fail(__FILE__, __LINE__, kind, #condition, detail); \
    }                                                                              \
  } while (false)

#endif  // REALMSHIFT_COMMON_CHECK_H_
