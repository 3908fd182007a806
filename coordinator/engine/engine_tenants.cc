// What is said of tenants themselves: that they are installed, and where an operator knows them.
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/seeded_bug.h"
#include "common/status_macros.h"
#include "coordinator/core/directory.h"
#include "coordinator/engine/engine.h"

namespace realm::coordinator {
namespace {

constexpr char kUnknown[] = "the directory does not know this tenant";

AuditRecord TenantAudit(const Tenant& tenant, absl::string_view input, absl::string_view detail,
                        const std::string& actor, absl::Time now) {
  AuditRecord record;
  record.time = now;
  record.key = MigrationKey{tenant.key.app, tenant.key.tenant, MigrationId()};
  record.actor = actor;
  record.input = std::string(input);
  record.detail = std::string(detail);
  record.epoch = tenant.epoch;
  return record;
}

}  // namespace

void Engine::Install(RealmId realm, Installation installation, std::string actor,
                     InstallDone done) {
  Post(InstallMessage{std::move(realm), std::move(installation), false, std::move(actor), done},
       done);
}

void Engine::Uninstall(TenantKey key, std::string actor, InstallDone done) {
  Installation installation;
  installation.key = std::move(key);
  Post(InstallMessage{RealmId(), std::move(installation), true, std::move(actor), done}, done);
}

void Engine::SetRealm(TenantKey key, RealmWord word, std::string actor, TenantDone done) {
  Post(RealmMessage{std::move(key), std::move(word), std::move(actor), done}, done);
}

void Engine::Handle(InstallMessage* message, Moment now, Round* round) {
  const TenantKey key = message->installation.key;
  const TenantPtr known = round->FindTenant(key);
  Tenant tenant = known ? *known : Tenant{};
  InstallAnswer answer;
  if (message->uninstall) {
    if (known == nullptr) {
      return AnswerLater<InstallAnswer>(std::move(message->done), absl::NotFoundError(kUnknown));
    }
    answer.rule = "uninstalled";
    coordinator::Uninstall(now.wall, &tenant);
  } else {
    answer.rule = coordinator::Install(key, message->realm, generation_, now.wall, &tenant);
  }
  ++tenant.version;
  const InstallationPtr kept = Seeded(SeededBug::kRoundsSecretLost) ? book_.FindInstallation(key)
                                                                    : round->FindInstallation(key);
  Installation installation =
      message->uninstall ? (kept ? *kept : Installation{}) : std::move(message->installation);
  if (Seeded(SeededBug::kSecretNotKept) && kept) installation.sealed_secret = kept->sealed_secret;
  installation.key = key;
  installation.installed = !message->uninstall;
  installation.updated = now.wall;
  round->Append(TenantAudit(tenant, message->uninstall ? "uninstall" : "install",
                            absl::StrCat(answer.rule, " at ", tenant.realm.value()), message->actor,
                            now.wall));
  round->Stage(std::move(installation));
  answer.tenant = std::make_shared<const Tenant>(tenant);
  round->Stage(std::move(tenant));
  AnswerLater<InstallAnswer>(std::move(message->done), std::move(answer));
}

void Engine::Handle(RealmMessage* message, Moment now, Round* round) {
  AnswerLater(std::move(message->done), StepRealm(*message, now, round));
}

absl::StatusOr<TenantPtr> Engine::StepRealm(const RealmMessage& message, Moment now, Round* round) {
  RETURN_IF_ERROR(CheckNotFrozen(message.key));
  const TenantPtr known = round->FindTenant(message.key);
  if (known == nullptr) return absl::NotFoundError(kUnknown);
  Tenant tenant = *known;
  RETURN_IF_ERROR(coordinator::SetRealm(message.word, generation_, now.wall, &tenant));
  ++tenant.version;
  round->Append(TenantAudit(
      tenant, "set-realm",
      absl::StrCat(known->realm.value(), " to ", tenant.realm.value(), ": ", message.word.reason),
      message.actor, now.wall));
  round->Stage(std::move(tenant));
  return round->FindTenant(message.key);
}

}  // namespace realm::coordinator
