#include "tests/sim/world/edge_wire.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "common/check.h"
#include "coordinator/core/view.h"
#include "tests/sim/world/sim_clock.h"

namespace realm::sim {

using coordinator::Answer;
using coordinator::Input;
using coordinator::InputBody;
using coordinator::State;

namespace {

constexpr absl::Duration kTellAgain = absl::Seconds(10);

std::string SecretText(int number) {
  return absl::StrCat("secret ", number);
}

int SecretOf(absl::string_view text) {
  int number = -1;
  const bool is_one =
      absl::ConsumePrefix(&text, "secret ") && absl::SimpleAtoi(text, &number) && number >= 0;
  REALM_CHECK(is_one);
  return number;
}

}  // namespace

void EdgeWire::Submit(InputBody body, absl::string_view actor, Done done) {
  if (!coordinator_->up() || coordinator_->process()->paused) {
    done(absl::UnavailableError("the coordinator is away"));
    return;
  }
  const auto* hook = std::get_if<coordinator::HookInput>(&body);
  if (hook != nullptr && actor == kPlatform) CheckSignature(hook->key.tenant.value());
  coordinator_->engine()->Submit(Input{std::move(body), std::string(actor)}, std::move(done));
  coordinator_->Wake();
}

void EdgeWire::Install(const std::string& tenant, const std::string& realm) {
  if (!coordinator_->up()) return;
  coordinator::Installation installation;
  installation.key = TenantKey{AppId("app"), TenantId(tenant)};
  installation.platform = "connect";
  const int secret = secrets_[tenant];
  installation.sealed_secret = SecretText(secret);
  coordinator_->engine()->Install(
      RealmId(realm), std::move(installation), std::string(kPlatform),
      [this, tenant, secret](const absl::StatusOr<coordinator::InstallAnswer>& answer) {
        if (!answer.ok()) return;
        acknowledged_[tenant] = secret;
        auditor_->OnSecret(tenant, secret);
      });
  coordinator_->Wake();
}

void EdgeWire::SetRealm(const coordinator::Tenant& entry, const std::string& realm) {
  coordinator_->engine()->SetRealm(entry.key, {RealmId(realm), entry.epoch, "it is there"},
                                   "operator:sim",
                                   [](const absl::StatusOr<coordinator::TenantPtr>&) {});
  coordinator_->Wake();
}

// As the edge checks it: with the secret that the coordinator keeps.
void EdgeWire::CheckSignature(const std::string& tenant) {
  const coordinator::InstallationPtr kept = FindInstallation(tenant);
  auditor_->OnSigned(tenant, secrets_[tenant],
                     kept == nullptr ? -1 : SecretOf(kept->sealed_secret));
}

coordinator::InstallationPtr EdgeWire::FindInstallation(const std::string& tenant) const {
  return coordinator_->engine()->book().FindInstallation({AppId("app"), TenantId(tenant)});
}

void EdgeWire::RotateSecret(const std::string& tenant, const Route& route) {
  TellSecret(tenant, route, ++secrets_[tenant]);
}

void EdgeWire::TellSecret(const std::string& tenant, const Route& route, int secret) {
  if (secrets_[tenant] != secret || acknowledged_[tenant] == secret) return;
  // Who has uninstalled is told nothing; installing again is with the latest secret.
  const coordinator::InstallationPtr kept = coordinator_->up() ? FindInstallation(tenant) : nullptr;
  if (kept != nullptr && !kept->installed) return;
  Install(tenant, route());
  ground_->loop.After(kTellAgain, nullptr,
                      [this, tenant, route, secret] { TellSecret(tenant, route, secret); });
}

void EdgeWire::Uninstall(const std::string& tenant) {
  if (!coordinator_->up()) return;
  coordinator_->engine()->Uninstall(TenantKey{AppId("app"), TenantId(tenant)},
                                    std::string(kPlatform),
                                    [](const absl::StatusOr<coordinator::InstallAnswer>&) {});
  coordinator_->Wake();
}

void EdgeWire::Learn(const coordinator::Migration& row) {
  last_words_[row.key.migration.value()] = std::string(coordinator::StatusWord(row));
}

std::string EdgeWire::Status(const std::string& tenant, const std::string& migration) {
  std::string& last = last_words_[migration];
  if (coordinator_->up()) {
    const coordinator::MigrationPtr row = coordinator_->engine()->book().FindMigration(
        MigrationKey{AppId("app"), TenantId(tenant), MigrationId(migration)});
    last = row == nullptr ? "unknown" : std::string(coordinator::StatusWord(*row));
  }
  if (!last.empty()) auditor_->OnStatus(tenant, migration, last);
  return last;
}

// As HookService does: a request of a tenant that is not moving costs a look-up only.
coordinator::TenantPtr EdgeWire::FindMoving(const std::string& tenant) const {
  if (!coordinator_->up()) return nullptr;
  const coordinator::TenantPtr entry =
      coordinator_->engine()->book().FindTenant(TenantKey{AppId("app"), TenantId(tenant)});
  return entry == nullptr || entry->active.empty() ? nullptr : entry;
}

void EdgeWire::SawRequest(const std::string& tenant, const std::string& realm) {
  if (ground_->Loses()) return;
  const absl::Time seen = Beginning() + ground_->loop.now() + wall_offset_;
  // Nothing is drawn for a tenant that does not move, as most of the time.
  if (FindMoving(tenant) == nullptr) return;
  for (int copies = ground_->Doubles() ? 2 : 1; copies > 0; --copies) {
    ground_->loop.After(ground_->Latency(), nullptr,
                        [this, tenant, realm, seen] { Report(tenant, realm, seen); });
  }
}

void EdgeWire::Report(const std::string& tenant, const std::string& realm, absl::Time seen) {
  const coordinator::TenantPtr entry = FindMoving(tenant);
  if (entry == nullptr) return;
  coordinator::TrafficInput traffic;
  traffic.key = MigrationKey{AppId("app"), TenantId(tenant), entry->active};
  traffic.realm = RealmId(realm);
  traffic.via = "request";
  traffic.seen = seen;
  const auto m = coordinator_->engine()->book().FindMigration(traffic.key);
  if (m == nullptr || (m->state != State::kCommitting && m->state != State::kSwitched)) return;
  Submit(std::move(traffic), "edge", [](const absl::StatusOr<Answer>&) {});
}

}  // namespace realm::sim
