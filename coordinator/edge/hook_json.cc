#include "coordinator/edge/hook_json.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"

#include "common/check.h"
#include "common/json_text.h"
#include "common/limits.h"
#include "common/status_macros.h"
#include "coordinator/edge/json.h"
#include "coordinator/edge/proto_time.h"
#include "coordinator/edge/qsh.h"

namespace realm::edge {
namespace {

// The platform says up to 128 characters.
constexpr size_t kSharedSecretBytesMax = 1024;
constexpr size_t kUrlBytesMax = 2048;

absl::Status Malformed(absl::string_view field, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", problem));
}

absl::StatusOr<Json> ParseObject(absl::string_view body) {
  absl::StatusOr<Json> json =
      ParseJson(body, {static_cast<size_t>(kHookBodyBytesMax), kHookJsonDepthMax});
  if (!json.ok()) return Malformed("body", json.status().message());
  if (!json->is_object()) return Malformed("body", "must be a JSON object");
  return json;
}

// The member, or null when it is absent or null.
const Json* FindValue(const Json& object, absl::string_view name) {
  const Json* value = object.Find(name);
  return value == nullptr || value->kind() == Json::Kind::kNull ? nullptr : value;
}

// The text of an optional member; empty when it is not there.
absl::StatusOr<std::string> OptionalString(const Json& object, absl::string_view name,
                                           size_t bytes_max) {
  const Json* value = FindValue(object, name);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return Malformed(name, "must be a string");
  if (value->text().size() > bytes_max) {
    return Malformed(name, absl::StrCat("is longer than ", bytes_max, " bytes"));
  }
  return value->text();
}

absl::StatusOr<std::string> RequiredString(const Json& object, absl::string_view name,
                                           size_t bytes_max) {
  ASSIGN_OR_RETURN(std::string text, OptionalString(object, name, bytes_max));
  if (text.empty()) return Malformed(name, "is missing");
  return text;
}

// Ids become parts of keys, log lines and URLs.
absl::Status CheckId(absl::string_view field, absl::string_view id) {
  if (id.empty() || id.size() > kIdBytesMax) {
    return Malformed(field, absl::StrCat("must have 1 to ", kIdBytesMax, " bytes"));
  }
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (std::any_of(id.begin(), id.end(), is_control)) {
    return Malformed(field, "must not have control characters");
  }
  if (!IsUtf8(id)) return Malformed(field, "must be UTF-8");
  return absl::OkStatus();
}

absl::StatusOr<std::string> ParseMigrationId(const Json& object) {
  const Json* value = FindValue(object, "migrationId");
  if (value == nullptr) return std::string();
  if (!value->is_integer() && !value->is_string()) {
    return Malformed("migrationId", "must be an integer or a string");
  }
  RETURN_IF_ERROR(CheckId("migrationId", value->text()));
  return value->text();
}

// Abseil's parser takes more than one wants from outside: spaces, any offset, signs.
bool LooksLikeUtc(absl::string_view text) {
  constexpr absl::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < kShape.size() + 1 || text.back() != 'Z') return false;
  for (size_t i = 0; i < kShape.size(); ++i) {
    const bool fits = kShape[i] == 'd' ? absl::ascii_isdigit(static_cast<unsigned char>(text[i]))
                                       : text[i] == kShape[i];
    if (!fits) return false;
  }
  const absl::string_view fraction = text.substr(kShape.size(), text.size() - kShape.size() - 1);
  return fraction.empty() || (fraction.size() > 1 && fraction.size() <= 10 && fraction[0] == '.' &&
                              std::all_of(fraction.begin() + 1, fraction.end(),
                                          [](unsigned char c) { return absl::ascii_isdigit(c); }));
}

absl::StatusOr<std::optional<google::protobuf::Timestamp>> ParseTime(const Json& object,
                                                                     absl::string_view name) {
  const Json* value = FindValue(object, name);
  if (value == nullptr) return std::nullopt;
  absl::Time time;
  if (!value->is_string() || !LooksLikeUtc(value->text()) ||
      !absl::ParseTime(absl::RFC3339_full, value->text(), &time, nullptr)) {
    return Malformed(name, "must be a time in UTC like \"2026-03-01T00:00:00.000Z\"");
  }
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  timestamp.set_nanos(
      static_cast<int>((time - absl::FromUnixSeconds(timestamp.seconds())) / absl::Nanoseconds(1)));
  return timestamp;
}

absl::Status RequireSchedule(const HookContent& content) {
  if (!content.body.has_start_time()) return Malformed("startTime", "is missing");
  if (!content.body.has_end_time()) return Malformed("endTime", "is missing");
  if (content.body.location().empty()) return Malformed("location", "is missing");
  return absl::OkStatus();
}

void AppendMember(absl::string_view name, absl::string_view value, std::string* json) {
  json->append(json->empty() ? "{" : ",");
  AppendJsonString(name, json);
  json->append(":");
  AppendJsonString(value, json);
}

}  // namespace

absl::string_view ToString(Hook hook) {
  switch (hook) {
    case Hook::kSchedule:
      return "schedule";
    case Hook::kStart:
      return "start";
    case Hook::kCommit:
      return "commit";
    case Hook::kRollback:
      return "rollback";
  }
  REALM_UNREACHABLE();
}

absl::StatusOr<HookContent> ParseHook(Hook hook, absl::string_view body) {
  HookContent content;
  const bool may_be_empty = hook == Hook::kCommit || hook == Hook::kRollback;
  if (may_be_empty && absl::StripAsciiWhitespace(body).empty()) return content;
  ASSIGN_OR_RETURN(const Json json, ParseObject(body));
  ASSIGN_OR_RETURN(content.migration_id, ParseMigrationId(json));
  ASSIGN_OR_RETURN(const auto start_time, ParseTime(json, "startTime"));
  ASSIGN_OR_RETURN(const auto end_time, ParseTime(json, "endTime"));
  ASSIGN_OR_RETURN(*content.body.mutable_location(), OptionalString(json, "location", kIdBytesMax));
  if (start_time.has_value()) *content.body.mutable_start_time() = *start_time;
  if (end_time.has_value()) *content.body.mutable_end_time() = *end_time;
  if (hook == Hook::kSchedule) RETURN_IF_ERROR(RequireSchedule(content));
  return content;
}

absl::StatusOr<std::string> MigrationIdInQuery(absl::string_view query) {
  std::optional<std::string> id;
  for (const auto& [name, value] : ParseQuery(query)) {
    if (name != "migrationId") continue;
    if (id.has_value()) return Malformed("migrationId", "is there twice");
    RETURN_IF_ERROR(CheckId("migrationId", value));
    id = value;
  }
  return id.value_or("");
}

absl::StatusOr<InstallContent> ParseInstall(bool secret_required, absl::string_view body) {
  ASSIGN_OR_RETURN(const Json json, ParseObject(body));
  InstallContent content;
  ASSIGN_OR_RETURN(content.client_key, RequiredString(json, "clientKey", kIdBytesMax));
  RETURN_IF_ERROR(CheckId("clientKey", content.client_key));
  ASSIGN_OR_RETURN(std::string secret, OptionalString(json, "sharedSecret", kSharedSecretBytesMax));
  if (secret_required && secret.empty()) return Malformed("sharedSecret", "is missing");
  content.shared_secret = Secret(std::move(secret));
  ASSIGN_OR_RETURN(content.site_base_url, OptionalString(json, "baseUrl", kUrlBytesMax));
  ASSIGN_OR_RETURN(content.installation_id, OptionalString(json, "installationId", kIdBytesMax));
  return content;
}

std::string StatusJson(absl::string_view status, absl::string_view error_response_code) {
  std::string json;
  AppendMember("status", status, &json);
  if (!error_response_code.empty()) AppendMember("errorResponseCode", error_response_code, &json);
  return json + "}";
}

std::string RefusalJson(absl::string_view error_response_code, absl::string_view reason,
                        absl::string_view message) {
  std::string json;
  if (!error_response_code.empty()) AppendMember("errorResponseCode", error_response_code, &json);
  AppendMember("reason", reason, &json);
  AppendMember("message", message.substr(0, kErrorTextBytesMax), &json);
  return json + "}";
}

}  // namespace realm::edge
