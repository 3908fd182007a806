// The JSON of the platform's hooks: what it sends, and what it is answered.
//
// The shapes are those of the platform's documentation for Forge; Connect has the same hooks.
// Bodies name no tenant: that comes from the token only. Unknown members are ignored, since the
// platform adds some now and then.

#ifndef REALMSHIFT_COORDINATOR_EDGE_HOOK_JSON_H_
#define REALMSHIFT_COORDINATOR_EDGE_HOOK_JSON_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/secret.h"
#include "realm/v1/hooks.pb.h"

namespace realm::edge {

enum class Hook { kSchedule, kStart, kCommit, kRollback };
// "schedule", "start", "commit", "rollback": the last part of the hook's path.
absl::string_view ToString(Hook hook);

struct HookContent {
  // As text, whether it was sent as a number of any size or as a string; empty when absent or null.
  std::string migration_id;
  v1::HookBody body;
};

// Reads {"startTime", "endTime", "location", "migrationId"}. schedule must have the first three;
// the others may leave out each of them, and commit and rollback may have no body at all.
//
// InvalidArgument: names the field, what is wrong with it and what would be right.
absl::StatusOr<HookContent> ParseHook(Hook hook, absl::string_view body);

// The value of `migrationId` in a query; empty when it is not there. InvalidArgument: it is there
// twice, or is no id.
absl::StatusOr<std::string> MigrationIdInQuery(absl::string_view query);

// Connect's `installed` and `uninstalled`.
struct InstallContent {
  std::string client_key;
  // Empty in `uninstalled`.
  Secret shared_secret;
  std::string site_base_url;
  // Forge's id for the same installation; empty when it has none.
  std::string installation_id;
};

// Reads what is needed of `installed`; `secret_required` is false for `uninstalled`.
//
// InvalidArgument: names the field. No message quotes the secret.
absl::StatusOr<InstallContent> ParseInstall(bool secret_required, absl::string_view body);

// --- Answers: the text of a JSON object. ---------------------------------------------------------

// {"status":WORD}, with "errorResponseCode" when that is not empty.
std::string StatusJson(absl::string_view status, absl::string_view error_response_code);

// {"errorResponseCode":..,"reason":..,"message":..}; an empty code is left out, which tells the
// platform to try again.
std::string RefusalJson(absl::string_view error_response_code, absl::string_view reason,
                        absl::string_view message);

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_HOOK_JSON_H_
