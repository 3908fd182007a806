// The bodies and queries that the platform, or somebody else, sends to a hook.

#include "common/limits.h"
#include "coordinator/edge/hook_json.h"
#include "coordinator/edge/json.h"
#include "tests/fuzz/fuzz.h"

namespace realm::fuzz {
namespace {

using edge::Hook;

constexpr absl::string_view kHooks[] = {
    R"({"startTime":"2030-01-02T00:00:00.000Z","endTime":"2030-01-02T02:00:00.000Z",)"
    R"("location":"EU","migrationId":9007199254740993})",
    R"({"migrationId":"57500"})",
    R"({"startTime":null,"more":{"a":[1,true,"\ud83d\ude00"]},"location":""})",
    "",
    R"({"startTime":"2030-01-02T00:00:00.123456789Z","endTime":"9999-12-31T23:59:60Z"})",
};
constexpr absl::string_view kInstall =
    R"({"key":"com.example.app","clientKey":"acme","sharedSecret":"S3CR3T-S3CR3T","baseUrl":)"
    R"("https://site.example.net","installationId":"ari:1","eventType":"installed"})";

// What is told to the coordinator arrives there as it was sent: the wire's texts are UTF-8.
template <typename Sent>
void CheckFitsTheWire(const Sent& sent) {
  Sent received;
  REALM_CHECK(received.ParseFromString(sent.SerializeAsString()));
}

void CheckId(const std::string& id) {
  REALM_CHECK(id.size() <= static_cast<size_t>(kIdBytesMax));
  v1::MigrationRef ref;
  ref.set_migration_id(id);
  CheckFitsTheWire(ref);
}

void CheckAnswer(const absl::Status& status) {
  const std::string answer = edge::RefusalJson("E9999", "INVALID", status.message());
  REALM_CHECK(edge::ParseJson(answer, {1 << 20, 2}).ok(), answer);
}

void RunHook(Hook hook, absl::string_view body) {
  const absl::StatusOr<edge::HookContent> content = edge::ParseHook(hook, body);
  if (!content.ok()) return CheckAnswer(content.status());
  CheckId(content->migration_id);
  CheckFitsTheWire(content->body);
  REALM_CHECK(hook != Hook::kSchedule || content->body.has_start_time());
}

void RunInstall(absl::string_view body) {
  const absl::StatusOr<edge::InstallContent> content = edge::ParseInstall(true, body);
  REALM_CHECK(!content.ok() || edge::ParseInstall(false, body).ok());
  if (!content.ok()) return CheckAnswer(content.status());
  REALM_CHECK(!content->shared_secret.empty());
  CheckId(content->client_key);
  CheckId(content->installation_id);
}

void RunQuery(absl::string_view query) {
  const absl::StatusOr<std::string> id = edge::MigrationIdInQuery(query);
  if (!id.ok()) return CheckAnswer(id.status());
  CheckId(*id);
}

}  // namespace

void Run(absl::string_view input) {
  Input in(input);
  const uint8_t kind = in.Byte() % 6;
  if (kind < 4) return RunHook(static_cast<Hook>(kind), in.Rest());
  return kind == 4 ? RunInstall(in.Rest()) : RunQuery(in.Rest());
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  for (const absl::string_view hook : kHooks) {
    for (char kind = 0; kind < 4; ++kind)
      seeds.push_back(kind + std::string(hook));
  }
  seeds.push_back('\4' + std::string(kInstall));
  for (const char* query : {"migrationId=57500", "a=b&migrationId=%F0%9F%98%80+x&jwt=1", "?&=&%"})
    seeds.push_back('\5' + std::string(query));
  return seeds;
}

}  // namespace realm::fuzz
