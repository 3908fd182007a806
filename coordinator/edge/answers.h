// What the callers of hooks are told: HTTP statuses and bodies.

#ifndef REALMSHIFT_COORDINATOR_EDGE_ANSWERS_H_
#define REALMSHIFT_COORDINATOR_EDGE_ANSWERS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "common/http/http_message.h"

namespace realm::edge {

// What the platform is told when it must not try again and no other code fits.
inline constexpr absl::string_view kGenericFailure = "E9999";

// A refusal with the reasons' words; an empty `error_response_code` makes the platform try again.
HttpResponse Refuse(int status, absl::string_view error_response_code, absl::string_view reason,
                    absl::string_view message);

// One answer for everything that is wrong with a token: a caller learns nothing about which tenants
// there are. No errorResponseCode: after a rotation of a secret a second try may well succeed.
HttpResponse RefuseToken();

// An error of the coordinator, or of reading a body.
//
//   INVALID_ARGUMENT     400  E9999
//   PERMISSION_DENIED    403  none
//   NOT_FOUND            404  E9999
//   FAILED_PRECONDITION, ABORTED, ALREADY_EXISTS, OUT_OF_RANGE with a reason
//                        409  the reason's, or E9999
//   RESOURCE_EXHAUSTED with a reason
//                        429  the reason's, or E9999
//   anything else        503  none, and when to try again
//
// A fault's text stays with us: it may name hosts and files.
HttpResponse AnswerFor(const absl::Status& error);

// What the HTTP server answers on its own: 400, 413, 431, 503, 500.
HttpResponse AnswerForHttp(int status);

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_ANSWERS_H_
