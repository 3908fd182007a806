#include "common/config/defaults.h"

#include <string>

#include "absl/time/time.h"

#include "common/config/duration.h"
#include "common/limits.h"

namespace realm {
namespace {

using config::v1::App;
using config::v1::CoordinatorConfig;
using config::v1::WorkerConfig;
using google::protobuf::Duration;

constexpr absl::Duration kMaxMigrationDuration = absl::Hours(2);
constexpr absl::Duration kWindowMargin = absl::Minutes(1);
constexpr absl::Duration kRetryHorizon = absl::Minutes(15);
constexpr absl::Duration kPurgeGrace = absl::Hours(24);
constexpr absl::Duration kStuckAfter = absl::Hours(1);
constexpr absl::Duration kLeeway = absl::Seconds(30);
constexpr absl::Duration kTokenLifeMax = absl::Minutes(15);
constexpr absl::Duration kPreviousSecretLife = absl::Minutes(10);
constexpr int kFramesPerLease = 5;
constexpr int kSlots = 4;

void FillText(const std::string& text, std::string& field) {
  if (field.empty()) field = text;
}

// The two calls that every generated duration field has.
template <typename M>
void Fill(bool is_set, absl::Duration duration, M& message, Duration* (M::*field)()) {
  if (!is_set) ToProto(duration, *(message.*field)());
}

void FillApp(App& app) {
  Fill(app.has_max_migration_duration(), kMaxMigrationDuration, app,
       &App::mutable_max_migration_duration);
  Fill(app.has_window_margin(), kWindowMargin, app, &App::mutable_window_margin);
  Fill(app.has_retry_horizon(), kRetryHorizon, app, &App::mutable_retry_horizon);
  Fill(app.has_purge_grace(), kPurgeGrace, app, &App::mutable_purge_grace);
  Fill(app.has_stuck_after(), kStuckAfter, app, &App::mutable_stuck_after);
  if (app.switch_order() == App::SWITCH_ORDER_UNSPECIFIED) app.set_switch_order(App::AFTER_COMMIT);
  if (app.seal_at() == App::SEAL_AT_UNSPECIFIED) app.set_seal_at(App::COMMIT);
  for (config::v1::Transfer& transfer : *app.mutable_transfers()) {
    if (!transfer.has_blocking()) transfer.set_blocking(true);
  }
  for (config::v1::Dataset& dataset : *app.mutable_datasets()) {
    if (dataset.handling() == config::v1::Dataset::HANDLING_UNSPECIFIED) {
      dataset.set_handling(config::v1::Dataset::MOVE);
    }
  }
}

void FillConnect(config::v1::Connect& connect) {
  using config::v1::Connect;
  Fill(connect.has_leeway(), kLeeway, connect, &Connect::mutable_leeway);
  Fill(connect.has_token_life_max(), kTokenLifeMax, connect, &Connect::mutable_token_life_max);
  Fill(connect.has_previous_secret_life(), kPreviousSecretLife, connect,
       &Connect::mutable_previous_secret_life);
}

void FillForge(config::v1::Forge& forge) {
  Fill(forge.has_leeway(), kLeeway, forge, &config::v1::Forge::mutable_leeway);
  FillText("forge/invocation-token", *forge.mutable_issuer());
}

}  // namespace

void FillDefaults(const Findings&, CoordinatorConfig& config) {
  for (config::v1::Realm& realm : *config.mutable_realms()) {
    FillText(realm.code(), *realm.mutable_store());
  }
  for (App& app : *config.mutable_apps()) {
    FillApp(app);
    if (app.has_connect()) FillConnect(*app.mutable_connect());
    if (app.has_forge()) FillForge(*app.mutable_forge());
  }
  config.mutable_limits();
  FillText("127.0.0.1:7460", *config.mutable_listen()->mutable_grpc());
  FillText("127.0.0.1:7461", *config.mutable_listen()->mutable_http());
  FillText("127.0.0.1:7462", *config.mutable_listen()->mutable_health());
  Fill(config.has_lease(), kLeaseDefault, config, &CoordinatorConfig::mutable_lease);
  Fill(config.has_frame_period(), FromProto(config.lease()) / kFramesPerLease, config,
       &CoordinatorConfig::mutable_frame_period);
  if (config.has_edge()) {
    FillText("127.0.0.1:7480", *config.mutable_edge()->mutable_listen());
    FillText(config.listen().grpc(), *config.mutable_edge()->mutable_coordinator());
  }
}

void FillDefaults(const Findings& findings, WorkerConfig& config) {
  FillText("127.0.0.1:7470", *config.mutable_data_listen());
  FillText(config.data_listen(), *config.mutable_data_endpoint());
  if (!findings.IsWritten("slots")) config.set_slots(kSlots);
  for (config::v1::WorkerDataset& dataset : *config.mutable_datasets()) {
    if (!dataset.has_install_guards()) dataset.set_install_guards(true);
  }
}

}  // namespace realm
