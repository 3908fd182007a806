#include "coordinator/ctl/platform.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "common/json_text.h"
#include "common/status_macros.h"
#include "coordinator/edge/json.h"
#include "coordinator/edge/qsh.h"

namespace realm::ctl {
namespace {

// As in the platform's own tokens.
constexpr absl::Duration kTokenLife = absl::Minutes(3);

std::string Quoted(absl::string_view text) {
  std::string json;
  AppendJsonString(text, &json);
  return json;
}

std::string JsonTime(absl::Time time) {
  return Quoted(absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone()));
}

// The platform's ids are numbers; tests may use others.
std::string JsonId(const std::string& id) {
  const bool number = !id.empty() && std::all_of(id.begin(), id.end(), absl::ascii_isdigit);
  return number ? id : Quoted(id);
}

struct UrlParts {
  absl::string_view path;
  absl::string_view query;
};

UrlParts Split(absl::string_view url) {
  const size_t host = url.find("://") + 3;
  const size_t path = std::min(url.find('/', host), url.size());
  const size_t query = url.find('?', path);
  if (query == absl::string_view::npos) return {url.substr(path), ""};
  return {url.substr(path, query - path), url.substr(query + 1)};
}

std::string BodyOf(absl::string_view hook, const Order& order) {
  const std::string id = order.migration_id.empty()
                             ? ""
                             : absl::StrCat("\"migrationId\":", JsonId(order.migration_id));
  if (hook == "commit" || hook == "rollback") return absl::StrCat("{", id, "}");
  return absl::StrCat("{\"startTime\":", JsonTime(order.window_start),
                      ",\"endTime\":", JsonTime(order.window_end),
                      ",\"location\":", Quoted(order.location), id.empty() ? "" : ",", id, "}");
}

}  // namespace

Platform::Platform(edge::PlatformKey key, std::string key_id, const Clock& clock)
    : key_(std::move(key)), key_id_(std::move(key_id)), clock_(clock) {}

// Claims of a token for one request; `audience` may be empty.
std::string Platform::Claims(const std::string& issuer, const std::string& audience,
                             const HttpCall& call, const Site& site) const {
  const UrlParts url = Split(call.url);
  const int64_t now = absl::ToUnixSeconds(clock_.Now());
  const std::string hash =
      edge::QueryStringHash(call.method, url.path, url.query, Split(site.base_url).path);
  return absl::StrCat(
      "{\"iss\":", Quoted(issuer), ",\"iat\":", now,
      ",\"exp\":", now + absl::ToInt64Seconds(kTokenLife), ",\"qsh\":", Quoted(hash),
      audience.empty() ? "" : absl::StrCat(",\"aud\":[", Quoted(audience), "]"), "}");
}

absl::StatusOr<HttpReply> Platform::Install(const Site& site) {
  return SendLifecycle(site, "installed");
}

absl::StatusOr<HttpReply> Platform::Uninstall(const Site& site) {
  return SendLifecycle(site, "uninstalled");
}

absl::StatusOr<HttpReply> Platform::SendLifecycle(const Site& site, absl::string_view event) {
  HttpCall call;
  call.method = "POST";
  call.url = absl::StrCat(site.base_url, "/", event);
  call.body = absl::StrCat(
      "{\"key\":", Quoted(site.app_key), ",\"clientKey\":", Quoted(site.client_key),
      ",\"sharedSecret\":", Quoted(site.shared_secret.Reveal()),
      ",\"baseUrl\":", Quoted(absl::StrCat("https://", site.client_key, ".example.net")),
      ",\"productType\":\"jira\",\"eventType\":", Quoted(event), "}");
  const std::string token =
      key_.SignRs256(Claims(site.client_key, site.base_url, call, site), key_id_);
  call.headers = {absl::StrCat("Authorization: JWT ", token), "Content-Type: application/json"};
  return client_.Send(call);
}

absl::StatusOr<HttpReply> Platform::SendSigned(const Site& site, HttpCall call) {
  const std::string token =
      edge::SignHs256(Claims(site.client_key, "", call, site), site.shared_secret);
  call.headers = {absl::StrCat("Authorization: JWT ", token), "Content-Type: application/json"};
  return client_.Send(call);
}

absl::StatusOr<HttpReply> Platform::Send(const Site& site, absl::string_view hook,
                                         const Order& order) {
  return SendSigned(
      site,
      {"POST", absl::StrCat(site.base_url, site.hook_path, "/", hook), {}, BodyOf(hook, order)});
}

absl::Status Platform::SendExpecting(const Site& site, absl::string_view hook, const Order& order,
                                     absl::string_view status) {
  ASSIGN_OR_RETURN(const HttpReply reply, Send(site, hook, order));
  const absl::StatusOr<edge::Json> json = edge::ParseJson(reply.body, {64 * 1024, 8});
  if (reply.status == 200 && json.ok() && json->FindString("status") == status) {
    return absl::OkStatus();
  }
  return absl::InternalError(
      absl::StrCat(hook, " was answered ", reply.status, " ", reply.body, ", not ", status));
}

absl::StatusOr<StatusAnswer> Platform::PollStatus(const Site& site,
                                                  const std::string& migration_id) {
  const std::string query = migration_id.empty() ? "" : absl::StrCat("?migrationId=", migration_id);
  ASSIGN_OR_RETURN(
      const HttpReply reply,
      SendSigned(site,
                 {"GET", absl::StrCat(site.base_url, site.hook_path, "/status", query), {}, ""}));
  const absl::StatusOr<edge::Json> json = edge::ParseJson(reply.body, {64 * 1024, 8});
  if (reply.status != 200 || !json.ok() || json->FindString("status").empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("status was answered ", reply.status, " ", reply.body));
  }
  return StatusAnswer{std::string(json->FindString("status")),
                      std::string(json->FindString("errorResponseCode"))};
}

absl::StatusOr<HttpReply> Platform::ReportTraffic(const Site& site) {
  return SendSigned(site, {"POST", absl::StrCat(site.base_url, site.hook_path, "/seen"), {}, "{}"});
}

}  // namespace realm::ctl
