// The platform's hooks through the whole edge, with the coordinator as a fake.

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"

#include "common/digest.h"
#include "coordinator/rpc/error_info.h"
#include "tests/coordinator/edge/edge_fixture.h"

namespace realm::edge {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string Hooked(absl::string_view hook) {
  return absl::StrCat(kUsUrl, "/dare/", hook);
}

class HooksTest : public EdgeTest {
 protected:
  void Watch(const std::string& migration, const std::string& word, v1::Migration::State state,
             int64_t created = 1, uint64_t version = 1) {
    v1::Migration m;
    m.set_version(version);
    m.mutable_ref()->set_app_id("com.example.app");
    m.mutable_ref()->set_tenant_id(kTenant);
    m.mutable_ref()->set_migration_id(migration);
    m.set_status(word);
    m.set_state(state);
    m.mutable_create_time()->set_seconds(created);
    if (word == "failed") m.mutable_failure()->set_error_response_code("E0004");
    under_test_.statuses.Put(m);
  }
};

TEST_F(HooksTest, AConnectHookReachesTheCoordinatorAsItWasSent) {
  const HttpResponse response = SendConnect("POST", Hooked("schedule"), kBody);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"status":"scheduled"})");
  ASSERT_EQ(coordinator().hooks.size(), 1);
  const FakeCoordinator::HookCall& call = coordinator().hooks[0];
  EXPECT_EQ(call.hook, Hook::kSchedule);
  EXPECT_EQ(call.origin.app_id(), "com.example.app");
  EXPECT_EQ(call.origin.tenant_id(), kTenant);
  EXPECT_EQ(call.origin.migration_id(), "57500");
  EXPECT_EQ(call.origin.body_sha256(), Sha256(kBody));
  EXPECT_EQ(call.origin.received_at_realm(), "");
  EXPECT_EQ(call.origin.platform(), "connect");
  EXPECT_EQ(call.body.location(), "EU");
}

TEST_F(HooksTest, EachHookIsItsOwnAndIsServedAtEveryBaseUrl) {
  for (const Hook hook : {Hook::kSchedule, Hook::kStart, Hook::kCommit, Hook::kRollback}) {
    const std::string url = absl::StrCat(kEuUrl, "/dare/", ToString(hook));
    EXPECT_EQ(SendConnect("POST", url, kBody).status, 200);
    EXPECT_EQ(coordinator().hooks.back().hook, hook);
    EXPECT_EQ(coordinator().hooks.back().origin.received_at_realm(), "EU");
  }
}

TEST_F(HooksTest, CommitAndRollbackNeedNoBody) {
  EXPECT_EQ(SendConnect("POST", Hooked("commit")).status, 200);
  EXPECT_EQ(SendConnect("POST", Hooked("rollback"), "{}").status, 200);
  EXPECT_EQ(coordinator().hooks[0].origin.migration_id(), "");
}

TEST_F(HooksTest, AForgeTenantIsMadeKnownAtItsFirstSchedule) {
  EXPECT_EQ(Send(RequestTo("POST", Hooked("schedule"), ForgeToken(), kBody)).status, 200);
  ASSERT_EQ(coordinator().registered.size(), 1);
  EXPECT_EQ(coordinator().registered[0].installation().tenant_id(), kForgeTenant);
  EXPECT_EQ(coordinator().registered[0].installation().cloud_id(), "cloud-1");
  EXPECT_EQ(coordinator().registered[0].realm(), "US");
  ASSERT_EQ(coordinator().hooks.size(), 1);
  EXPECT_EQ(coordinator().hooks[0].origin.tenant_id(), kForgeTenant);
  EXPECT_EQ(coordinator().hooks[0].origin.platform(), "forge");
  EXPECT_EQ(Send(RequestTo("POST", Hooked("schedule"), ForgeToken(), kBody)).status, 200);
  EXPECT_EQ(coordinator().registered.size(), 1);
}

TEST_F(HooksTest, OtherForgeHooksOfAnUnknownTenantMakeNobodyKnown) {
  for (const char* hook : {"start", "commit", "rollback"}) {
    EXPECT_EQ(Send(RequestTo("POST", Hooked(hook), ForgeToken(), kBody)).status, 200);
  }
  EXPECT_THAT(coordinator().registered, IsEmpty());
  EXPECT_EQ(coordinator().hooks.size(), 3);
}

TEST_F(HooksTest, PathsAndMethodsThatAreNoHooksReachNobody) {
  EXPECT_EQ(SendConnect("GET", Hooked("schedule")).status, 405);
  EXPECT_EQ(SendConnect("POST", Hooked("status")).status, 405);
  EXPECT_EQ(SendConnect("POST", Hooked("resume"), kBody).status, 404);
  EXPECT_EQ(SendConnect("POST", Hooked("schedule/"), kBody).status, 404);
  EXPECT_EQ(SendConnect("POST", absl::StrCat(kUsUrl, "/dare"), kBody).status, 404);
  EXPECT_EQ(SendConnect("POST", "https://other.example.com/connect/dare/start", kBody).status, 404);
  EXPECT_EQ(SendConnect("POST", "https://app.example.com/connected/dare/start", kBody).status, 404);
  EXPECT_EQ(coordinator().ChangingCalls(), 0);
  const HttpResponse response = SendConnect("PUT", Hooked("commit"), kBody);
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers[0].value, "POST");
}

TEST_F(HooksTest, MalformedBodiesAreNamedAndReachNobody) {
  const HttpResponse missing = SendConnect("POST", Hooked("schedule"), R"({"location":"EU"})");
  EXPECT_EQ(missing.status, 400);
  EXPECT_THAT(missing.body, HasSubstr(R"("errorResponseCode":"E9999")"));
  EXPECT_THAT(missing.body, HasSubstr("startTime: is missing"));
  for (const std::string& body :
       {std::string(R"({"location":"EU","location":"US"})"), std::string("{\"location\":\"\xff\"}"),
        std::string("{}{}"), std::string("[[[[[[[[[1]]]]]]]]]"), std::string("x")}) {
    EXPECT_EQ(SendConnect("POST", Hooked("start"), body).status, 400) << body;
  }
  EXPECT_EQ(coordinator().ChangingCalls(), 0);
}

TEST_F(HooksTest, RefusalsAreToldInThePlatformsTerms) {
  const auto refuse = [](absl::StatusCode code, const char* reason, const char* told) {
    coordinator::ErrorInfo info;
    info.reason = reason;
    if (*told != '\0') info.metadata["error_response_code"] = told;
    return coordinator::MakeError(code, info, "why");
  };
  const std::tuple<absl::Status, int, const char*> kCases[] = {
      {refuse(absl::StatusCode::kFailedPrecondition, "MIGRATION_NOT_SCHEDULED", "E0001"), 409,
       R"({"errorResponseCode":"E0001","reason":"MIGRATION_NOT_SCHEDULED","message":"why"})"},
      {refuse(absl::StatusCode::kFailedPrecondition, "REALM_UNSUPPORTED", "E0002"), 409,
       R"({"errorResponseCode":"E0002","reason":"REALM_UNSUPPORTED","message":"why"})"},
      {refuse(absl::StatusCode::kFailedPrecondition, "POINT_OF_NO_RETURN", ""), 409,
       R"({"errorResponseCode":"E9999","reason":"POINT_OF_NO_RETURN","message":"why"})"},
      {refuse(absl::StatusCode::kResourceExhausted, "TOO_MANY_MIGRATIONS", "E0004"), 429,
       R"({"errorResponseCode":"E0004","reason":"TOO_MANY_MIGRATIONS","message":"why"})"},
      {absl::PermissionDeniedError("no"), 403, R"({"reason":"PERMISSION_DENIED","message":"no"})"},
      {absl::InvalidArgumentError("tenant_id is empty"), 400,
       R"({"errorResponseCode":"E9999","reason":"INVALID","message":"tenant_id is empty"})"},
  };
  for (const auto& [refusal, status, body] : kCases) {
    coordinator().refusal = refusal;
    clock_.Advance(absl::Seconds(1));
    const HttpResponse response = SendConnect("POST", Hooked("start"), kBody);
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.body, body);
  }
}

TEST_F(HooksTest, FaultsAreForThePlatformToTryAgainAndSayNothingAboutUs) {
  for (const absl::Status& fault :
       {absl::UnavailableError("10.0.0.7:7460 refused"), absl::DeadlineExceededError("x"),
        absl::InternalError("x"), absl::UnauthenticatedError("our certificate"),
        absl::ResourceExhaustedError("message too large"), absl::UnknownError("x"),
        coordinator::MakeError(absl::StatusCode::kUnavailable, {"SHUTTING_DOWN", {}, {}}, "x")}) {
    coordinator().refusal = fault;
    clock_.Advance(absl::Seconds(1));
    const HttpResponse response = SendConnect("POST", Hooked("start"), kBody);
    EXPECT_EQ(response.status, 503) << fault;
    EXPECT_THAT(response.body, Not(HasSubstr("errorResponseCode")));
    EXPECT_THAT(response.body, Not(HasSubstr("10.0.0.7")));
  }
}

// The platform sends a hook up to three times; whether it signs anew each time is not known.
TEST_F(HooksTest, ARetryWithTheSameTokenIsForwarded) {
  const HttpRequest request =
      RequestTo("POST", Hooked("start"), ConnectToken("POST", Hooked("start")), kBody);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(Send(request).status, 200);
  EXPECT_EQ(coordinator().hooks.size(), 3);
}

TEST_F(HooksTest, ATokenUsedForAnotherBodyIsRefused) {
  HttpRequest request =
      RequestTo("POST", Hooked("start"), ConnectToken("POST", Hooked("start")), kBody);
  EXPECT_EQ(Send(request).status, 200);
  request.body = absl::StrReplaceAll(kBody, {{"EU", "US"}});
  const HttpResponse response = Send(request);
  EXPECT_EQ(response.status, 409);
  EXPECT_THAT(response.body, HasSubstr(R"("errorResponseCode":"E9999","reason":"TOKEN_REUSED")"));
  EXPECT_EQ(coordinator().hooks.size(), 1);
}

// Tokens of one second are the same at every base URL.
TEST_F(HooksTest, TheSameHookAtAnotherBaseUrlIsNoMisuse) {
  EXPECT_EQ(SendConnect("POST", Hooked("commit"), kBody).status, 200);
  EXPECT_EQ(SendConnect("POST", absl::StrCat(kEuUrl, "/dare/commit"), kBody).status, 200);
}

TEST_F(HooksTest, AForgeTokenUsedForAnotherHookIsRefused) {
  const std::string token = ForgeToken();
  EXPECT_EQ(Send(RequestTo("POST", Hooked("commit"), token, "{}")).status, 200);
  EXPECT_EQ(Send(RequestTo("POST", Hooked("rollback"), token, "{}")).status, 409);
  EXPECT_EQ(coordinator().hooks.size(), 1);
}

TEST_F(HooksTest, StatusIsTheLastWordOfTheStream) {
  Watch("57500", "copying", v1::Migration::STATE_COPYING);
  EXPECT_EQ(SendConnect("GET", Hooked("status?migrationId=57500")).body, R"({"status":"copying"})");
  Watch("57500", "failed", v1::Migration::STATE_FAILED);
  EXPECT_EQ(SendConnect("GET", Hooked("status?migrationId=57500")).body,
            R"({"status":"failed","errorResponseCode":"E0004"})");
  EXPECT_THAT(coordinator().polls, IsEmpty());
}

TEST_F(HooksTest, StatusWithoutAnIdIsThatOfTheMigrationUnderWayOrElseTheLatest) {
  Watch("a", "committed", v1::Migration::STATE_COMMITTED, 10);
  Watch("b", "rolled-back", v1::Migration::STATE_ROLLED_BACK, 20);
  EXPECT_EQ(SendConnect("GET", Hooked("status")).body, R"({"status":"rolled-back"})");
  Watch("c", "copying", v1::Migration::STATE_COPYING, 5);
  EXPECT_EQ(SendConnect("GET", Hooked("status")).body, R"({"status":"copying"})");
}

TEST_F(HooksTest, StatusOfWhatIsNotHeardOfIsAskedFor) {
  coordinator().status_answer.set_status("ready-to-commit");
  EXPECT_EQ(SendConnect("GET", Hooked("status?migrationId=8")).body,
            R"({"status":"ready-to-commit"})");
  ASSERT_EQ(coordinator().polls.size(), 1);
  EXPECT_EQ(coordinator().polls[0].migration_id(), "8");
}

// Non-200 would make the platform roll back.
TEST_F(HooksTest, StatusIs200WhileTheCoordinatorIsAway) {
  Watch("57500", "copying", v1::Migration::STATE_COPYING);
  coordinator().outage = absl::UnavailableError("gone");
  for (int minute = 0; minute < 15; ++minute) {
    clock_.Advance(absl::Minutes(1));
    const HttpResponse response = SendConnect("GET", Hooked("status?migrationId=57500"));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, R"({"status":"copying"})");
    EXPECT_EQ(SendConnect("GET", Hooked("status?migrationId=1")).body, R"({"status":"unknown"})");
  }
  EXPECT_EQ(SendConnect("POST", Hooked("commit")).status, 503);
}

TEST_F(HooksTest, AnAnswerToAHookIsTheStatusUntilTheStreamSaysMore) {
  SendConnect("POST", Hooked("schedule"), kBody);
  coordinator().outage = absl::UnavailableError("gone");
  EXPECT_EQ(SendConnect("GET", Hooked("status?migrationId=57500")).body,
            R"({"status":"scheduled"})");
  Watch("57500", "copying", v1::Migration::STATE_COPYING);
  coordinator().outage = absl::OkStatus();
  clock_.Advance(absl::Seconds(1));
  SendConnect("POST", Hooked("schedule"), kBody);
  EXPECT_EQ(SendConnect("GET", Hooked("status?migrationId=57500")).body, R"({"status":"copying"})");
}

// The coordinator dies before its stream has said so.
TEST_F(HooksTest, APollAfterAnAcknowledgedHookNeverGetsAnOlderWord) {
  Watch("57500", "scheduled", v1::Migration::STATE_SCHEDULED);
  coordinator().status = "copying";
  coordinator().version = 2;
  EXPECT_EQ(SendConnect("POST", Hooked("start"), kBody).status, 200);
  coordinator().outage = absl::UnavailableError("gone");
  EXPECT_EQ(SendConnect("GET", Hooked("status?migrationId=57500")).body, R"({"status":"copying"})");
  // What the stream had still on its way is older.
  Watch("57500", "scheduled", v1::Migration::STATE_SCHEDULED);
  EXPECT_EQ(SendConnect("GET", Hooked("status?migrationId=57500")).body, R"({"status":"copying"})");
  // A new stream is the coordinator's word, whatever its version.
  under_test_.statuses.mirror().BeginSnapshot();
  Watch("57500", "scheduled", v1::Migration::STATE_SCHEDULED);
  EXPECT_EQ(SendConnect("GET", Hooked("status?migrationId=57500")).body,
            R"({"status":"scheduled"})");
}

TEST_F(HooksTest, AnAnswerThatTheStreamHasOvertakenChangesNothing) {
  Watch("57500", "ready-to-commit", v1::Migration::STATE_READY_TO_COMMIT, 1, 5);
  coordinator().status = "copying";
  coordinator().version = 2;
  EXPECT_EQ(SendConnect("POST", Hooked("start"), kBody).body, R"({"status":"copying"})");
  EXPECT_EQ(SendConnect("GET", Hooked("status?migrationId=57500")).body,
            R"({"status":"ready-to-commit"})");
  // An earlier answer given again has no version.
  coordinator().version = 0;
  clock_.Advance(absl::Seconds(1));
  SendConnect("POST", Hooked("start"), kBody);
  EXPECT_EQ(SendConnect("GET", Hooked("status?migrationId=57500")).body,
            R"({"status":"ready-to-commit"})");
}

TEST_F(HooksTest, OneTenantCannotSeeAnothersMigration) {
  under_test_.Install("other-tenant", "other-secret");
  Watch("57500", "copying", v1::Migration::STATE_COPYING);
  coordinator().status_answer.set_status("unknown");
  const std::string url = Hooked("status?migrationId=57500");
  const std::string token =
      "JWT " + SignHs256(ConnectClaims("GET", url, "other-tenant"), Secret("other-secret"));
  EXPECT_EQ(Send(RequestTo("GET", url, token)).body, R"({"status":"unknown"})");
  EXPECT_EQ(coordinator().polls[0].tenant_id(), "other-tenant");
}

}  // namespace
}  // namespace realm::edge
