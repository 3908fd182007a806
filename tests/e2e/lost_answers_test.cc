// The platform's connection is cut after the edge has passed its hooks on, or before: it goes back
// to the source, and nobody can tell. What the source holds must outlast that, and an operator must
// see it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/config/duration.h"
#include "common/status_macros.h"
#include "coordinator/ctl/local_app.h"
#include "tests/e2e/running_system.h"
#include "tests/support/eventually.h"

namespace realm::e2e {
namespace {

using testing::HasSubstr;

class LostAnswersTest : public testing::Test {
 protected:
  LostAnswersTest() : running_(Options()) {
    running_.AddTenant(kTenant);
    running_.Start();
    running_.Send(kTenant, "schedule");
    running_.Send(kTenant, "start");
    REALM_CHECK(running_.PollUntil(kTenant, "ready-to-commit"));
  }

  static SystemOptions Options() {
    SystemOptions options;
    options.stores = StoreKind::kPostgres;
    options.configure = [](config::v1::CoordinatorConfig& config) {
      ToProto(absl::Seconds(2), *config.mutable_apps(0)->mutable_stuck_after());
    };
    return options;
  }

  // As often as the platform tries: the edge dies each time, and the connection with it.
  void Lose(absl::string_view hook, absl::string_view failpoint) {
    for (int i = 0; i < 3; ++i) {
      running_.Arm(kEdge, absl::StrCat(failpoint, "=kill"));
      const auto reply =
          running_.platform().Send(running_.SiteOf(kTenant, "US"), hook, running_.OrderOf(kTenant));
      EXPECT_FALSE(reply.ok()) << reply->status;
    }
    running_.Arm(kEdge, "");
  }

  std::string Describe() {
    return running_.Realmctl({"migration", "describe", running_.OrderOf(kTenant).migration_id});
  }

  // In the platform's place, with the operator's certificate.
  absl::Status RollBackAsOperator() {
    v1::RollbackMigrationRequest request;
    request.mutable_origin()->set_app_id(std::string(ctl::kLocalApp));
    request.mutable_origin()->set_tenant_id(kTenant);
    request.mutable_origin()->set_migration_id(running_.OrderOf(kTenant).migration_id);
    request.mutable_origin()->set_platform("operator");
    const auto connection = running_.system().Connect();
    RETURN_IF_ERROR(connection.status());
    return (*connection)
        ->Call((*connection)->hooks(), &v1::HookService::Stub::RollbackMigration, request)
        .status();
  }

  Holdings Source() { return running_.stores().Read("US", kTenant); }

  RunningSystem running_;
};

TEST_F(LostAnswersTest, ARollbackAfterThreeLostAnswersToCommitFindsTheSourceWhole) {
  const Holdings before = Source();
  Lose("commit", "edge.after-forward");
  // An edge that was just started has the word in its file until the coordinator's stream is there.
  ASSERT_TRUE(running_.PollUntil(kTenant, "committing"));
  EXPECT_TRUE(Source() == before);
  EXPECT_EQ(running_.Send(kTenant, "rollback"), "rolling-back");
  ASSERT_TRUE(running_.PollUntil(kTenant, "rolled-back"));
  EXPECT_EQ(running_.WhyNotBack(kTenant), "");
}

TEST_F(LostAnswersTest, WhenTheRollbackIsLostTooNothingIsPurgedAndAnOperatorSeesWhyItWaits) {
  const Holdings before = Source();
  Lose("commit", "edge.after-forward");
  Lose("rollback", "edge.before-forward");
  std::string described;
  EXPECT_TRUE(Eventually([&] {
    described = Describe();
    return described.find("Stuck") != std::string::npos;
  })) << described;
  EXPECT_THAT(described, HasSubstr("PROOF_OF_SWITCH"));
  EXPECT_THAT(described, HasSubstr("an operator may confirm the switch or roll back"));
  ASSERT_TRUE(running_.PollUntil(kTenant, "committing"));
  EXPECT_TRUE(Source() == before) << "the source is not whole";
  EXPECT_TRUE(running_.LogOf(kSource, "job started").empty()) << "there was a job at the source";
  // The operator asks the platform, hears that it went back, and does what the platform meant to.
  EXPECT_TRUE(RollBackAsOperator().ok());
  ASSERT_TRUE(running_.PollUntil(kTenant, "rolled-back"));
  EXPECT_EQ(running_.WhyNotBack(kTenant), "");
}

}  // namespace
}  // namespace realm::e2e
