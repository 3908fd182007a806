// Whole moves whose every request is signed by the platform's own token libraries.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"

#include "common/json_text.h"
#include "coordinator/ctl/local_app.h"
#include "tests/coordinator/edge/node_client.h"
#include "tests/e2e/running_system.h"

namespace realm::e2e {
namespace {

using testing::ElementsAre;

constexpr char kClientKey[] = "11223344-5566-3777-8888-99aabbccddee";
constexpr char kAppAri[] = "ari:cloud:ecosystem::app/8db33809-1f32-48bb";
constexpr char kForgeTenant[] = "ari:cloud:ecosystem::installation/1";

SystemOptions Options() {
  SystemOptions options;
  options.stores = StoreKind::kPostgres;
  options.configure = [](config::v1::CoordinatorConfig& config) {
    config::v1::App& app = *config.mutable_apps(0);
    const std::string& folder = app.connect().install_keys_folder();
    app.mutable_forge()->set_app_ari(kAppAri);
    app.mutable_forge()->set_jwks_file(absl::StrCat(folder, "/../jwks.json"));
  };
  return options;
}

// "200 copying", and so on.
std::vector<std::string> MoveSignedBy(absl::string_view signer, RunningSystem& running) {
  std::string key;
  AppendJsonString(running.platform().key().PrivatePem().Reveal(), &key);
  const std::string plan = absl::Substitute(
      R"({"signer":"$0","us":"$1","eu":"$2","app":"$3","tenant":"$4","secret":"$5",)"
      R"("privateKey":$6,"installKid":"$7","forgeKid":"forge/invocation-token/1","appAri":"$8",)"
      R"("installation":"$9",)",
      signer, running.SiteOf(kClientKey, "US").base_url, running.SiteOf(kClientKey, "EU").base_url,
      ctl::kLocalApp, kClientKey, running.SiteOf(kClientKey, "US").shared_secret.Reveal(), key,
      running.platform().key_id(), kAppAri, kForgeTenant);
  std::vector<std::string> answers;
  for (const edge::Json& answer : edge::RunNode("move", plan + R"("migration":57599})")) {
    const auto body = edge::ParseJson(answer.FindString("body"), {64 * 1024, 8});
    answers.push_back(absl::StrCat(answer.Find("status")->text(), " ",
                                   body.ok() ? body->FindString("status") : ""));
  }
  return answers;
}

TEST(PlatformClientsTest, AMoveSignedByAtlassianJwtGoesAllTheWay) {
  RunningSystem running(Options());
  running.AddTenant(kClientKey);
  running.Start();
  EXPECT_THAT(MoveSignedBy("connect", running),
              ElementsAre("200 ", "200 scheduled", "200 copying", "200 ready-to-commit",
                          "200 committing", "200 ", "200 committed"));
  EXPECT_EQ(running.WhyNotMoved(kClientKey), "");
}

TEST(PlatformClientsTest, AMoveSignedByJoseGoesAllTheWay) {
  RunningSystem running(Options());
  // Not installed: a tenant of Forge shows up with its first hook.
  running.stores().Seed("US", kForgeTenant, kManyRecords);
  const Holdings before = running.stores().Read("US", kForgeTenant);
  running.Start();
  EXPECT_THAT(MoveSignedBy("forge", running),
              ElementsAre("200 ", "200 scheduled", "200 copying", "200 ready-to-commit",
                          "200 committing", "200 ", "200 committed"));
  EXPECT_TRUE(running.stores().Read("EU", kForgeTenant) == before);
  EXPECT_EQ(running.stores().Read("US", kForgeTenant).records, 0);
}

}  // namespace
}  // namespace realm::e2e
