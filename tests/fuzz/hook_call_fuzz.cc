// What an edge may say to the coordinator: hooks, installations and filters of any content.

#include "coordinator/rpc/filter.h"
#include "coordinator/rpc/wire.h"
#include "coordinator/store/rows.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/coordinator/journey.h"

namespace realm::fuzz {
namespace {

using coordinator::Hook;
using coordinator::Journey;

// The hook takes place, or not; what it leaves can be kept and told.
void RunHook(Hook hook, Input& in) {
  v1::HookOrigin origin;
  v1::HookBody body;
  if (!origin.ParseFromString(std::string(in.Text()))) return;
  if (!body.ParseFromString(std::string(in.Text()))) return;
  const absl::StatusOr<coordinator::HookInput> input = coordinator::FromProto(hook, origin, &body);
  if (!input.ok()) return;
  Journey journey;
  if (hook != Hook::kSchedule) journey.Schedule();
  const auto changes = journey.Try(*input);
  if (!changes.ok()) {
    (void)coordinator::WithReason(changes.status());
    return;
  }
  if (!changes->migration) return;  // A redelivery.
  const coordinator::Migration* row = journey.world.FindRow(changes->migration->key);
  REALM_CHECK_OK(coordinator::DecodeMigration(coordinator::EncodeRow(*row)).status());
  const v1::Migration told = coordinator::ToProto(*row, &journey.tenant(), {}, journey.now);
  v1::Migration heard;
  REALM_CHECK(heard.ParseFromString(told.SerializeAsString()));
}

void RunInstallation(const std::string& bytes) {
  v1::Installation installation;
  if (!installation.ParseFromString(bytes)) return;
  const absl::StatusOr<coordinator::Installation> taken = coordinator::FromProto(installation);
  if (!taken.ok()) return;
  REALM_CHECK_OK(coordinator::DecodeInstallation(coordinator::EncodeRow(*taken)).status());
  v1::Installation heard;
  REALM_CHECK(heard.ParseFromString(coordinator::ToProto(*taken).SerializeAsString()));
}

// Whatever a row holds can be told.
void RunRow(absl::string_view bytes) {
  const absl::StatusOr<coordinator::Migration> row = coordinator::DecodeMigration(bytes);
  if (row.ok()) (void)coordinator::ToProto(*row, nullptr, {}, coordinator::Midnight());
}

void RunFilter(absl::string_view text) {
  static const auto* journey = [] {
    auto* made = new Journey;
    made->Schedule();
    return made;
  }();
  const auto filter = coordinator::ParseFilter(text);
  if (filter.ok()) (void)(*filter)(journey->row());
}

}  // namespace

void Run(absl::string_view input) {
  Input in(input);
  const uint8_t kind = in.Byte() % 7;
  if (kind < 4) return RunHook(static_cast<Hook>(kind + 1), in);
  if (kind == 4) return RunInstallation(std::string(in.Rest()));
  return kind == 5 ? RunFilter(in.Rest()) : RunRow(in.Rest());
}

std::vector<std::string> Seeds() {
  v1::HookOrigin origin;
  origin.set_app_id("notes");
  origin.set_tenant_id("acme");
  origin.set_migration_id("m1");
  v1::HookBody body;
  body.set_location("EU");
  body.mutable_start_time()->set_seconds(absl::ToUnixSeconds(coordinator::At(2)));
  body.mutable_end_time()->set_seconds(absl::ToUnixSeconds(coordinator::At(4)));
  std::vector<std::string> seeds;
  for (char hook = 0; hook < 4; ++hook)
    seeds.push_back(hook + TextSeed(origin.SerializeAsString()) +
                    TextSeed(body.SerializeAsString()));
  v1::Installation installation;
  installation.set_app_id("notes");
  installation.set_tenant_id("acme");
  installation.mutable_previous_secret_expire_time()->set_seconds(1);
  seeds.push_back('\4' + installation.SerializeAsString());
  seeds.push_back("\5state=copying AND stuck=true AND tenant_id=acme");
  Journey journey;
  journey.To(coordinator::State::kCommitting);
  seeds.push_back('\6' + coordinator::EncodeRow(journey.row()));
  return seeds;
}

}  // namespace realm::fuzz
