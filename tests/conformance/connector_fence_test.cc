// Every kind of store keeps the fence, the cursor and access as connector.h says,
// and erases exactly what it is told to.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/conformance/connector_fixture.h"

namespace realm::worker {
namespace {

class ConnectorFenceTest : public ConnectorTest {
 protected:
  // A target that holds 20 records under epoch 5, cursor "c5".
  void SetUp() override {
    source_.Fill("acme", 20);
    const auto source = source_.Open();
    page_ = ReadPages(*source).at(0);
    connector_ = target_.Open();
    ASSERT_TRUE(connector_->RaiseFence(TokenOf(5)).ok());
    ASSERT_TRUE(connector_->Write(TokenOf(5), table(), page_, "c5").ok());
    ASSERT_TRUE(connector_->Sync().ok());
  }

  const std::string& table() const { return connector_->Tables()[0]; }
  RangeDigest Everything() {
    auto digest = connector_->DigestOf(table(), {}, kDigestKey, 1000);
    REALM_CHECK_OK(digest.status());
    return *std::move(digest);
  }

  // No call that changes data does so under `token`.
  void ExpectFenced(const Token& token) {
    const auto before = target_.store->Records("acme");
    const Control control = *connector_->GetControl();
    Connector& connector = *connector_;
    std::vector<absl::Status> answers{
        connector.Write(token, table(), page_, "no"),
        connector.Erase(token, table(), {}, 5, "no").status(),
        connector.EraseVerified(token, table(), Everything(), kDigestKey, "no"),
        connector.SaveCursor(token, "no"),
    };
    for (const absl::Status& answer : answers) {
      EXPECT_EQ(answer.code(), absl::StatusCode::kAborted) << answer;
    }
    EXPECT_EQ(target_.store->Records("acme"), before);
    EXPECT_EQ(connector.GetControl()->cursor, control.cursor);
  }

  Page page_;
  std::unique_ptr<Connector> connector_;
};

REALM_FOR_EVERY_KIND(ConnectorFenceTest);

TEST_P(ConnectorFenceTest, AStoreWithoutAControlRowIsOpenAndRefusesEveryToken) {
  connector_ = target_.Open("nobody");
  const auto control = connector_->GetControl();
  ASSERT_TRUE(control.ok()) << control.status();
  EXPECT_EQ(control->access, Access::kOpen);
  EXPECT_EQ(control->cursor, "");
  EXPECT_EQ(control->fence.epoch, 0U);
  EXPECT_EQ(connector_->SaveCursor(Token(), "x").code(), absl::StatusCode::kAborted);
  EXPECT_EQ(connector_->SaveCursor(TokenOf(1), "x").code(), absl::StatusCode::kAborted);
}

TEST_P(ConnectorFenceTest, AnotherNonceOfTheSameEpochIsFenced) {
  Token other = TokenOf(5);
  other.nonce += 1;
  EXPECT_EQ(connector_->RaiseFence(other).code(), absl::StatusCode::kAborted);
  ExpectFenced(other);
}

TEST_P(ConnectorFenceTest, TheSameEpochCannotBeRaisedTwice) {
  EXPECT_EQ(connector_->RaiseFence(TokenOf(5)).code(), absl::StatusCode::kAborted);
  EXPECT_TRUE(connector_->SaveCursor(TokenOf(5), "still mine").ok());
}

TEST_P(ConnectorFenceTest, OlderAndUnraisedTokensAreFenced) {
  EXPECT_EQ(connector_->RaiseFence(TokenOf(4)).code(), absl::StatusCode::kAborted);
  ExpectFenced(TokenOf(4));
  ExpectFenced(TokenOf(6));
  Token other_generation = TokenOf(5);
  other_generation.generation = 2;
  ExpectFenced(other_generation);
}

TEST_P(ConnectorFenceTest, ALargerGenerationWinsOverALargerEpoch) {
  const Token restored{2, 1, 7};
  ASSERT_TRUE(connector_->RaiseFence(restored).ok());
  ExpectFenced(TokenOf(5));
  EXPECT_EQ(connector_->RaiseFence(TokenOf(9)).code(), absl::StatusCode::kAborted);
  EXPECT_TRUE(connector_->SaveCursor(restored, "c").ok());
}

TEST_P(ConnectorFenceTest, ARaiseKeepsTheCursorAndStopsTheExecutionBefore) {
  const auto second = target_.Open();
  ASSERT_TRUE(second->RaiseFence(TokenOf(6)).ok());
  EXPECT_EQ(second->GetControl()->cursor, "c5");
  ExpectFenced(TokenOf(5));
  EXPECT_TRUE(second->Write(TokenOf(6), table(), page_, "c6").ok());
  ASSERT_TRUE(second->Sync().ok());
  EXPECT_EQ(connector_->GetControl()->cursor, "c6");
}

TEST_P(ConnectorFenceTest, ControlOutlivesTheConnector) {
  const std::string cursor("cursor with \0 and \xff", 19);
  ASSERT_TRUE(connector_->SaveCursor(TokenOf(5), cursor).ok());
  ASSERT_TRUE(connector_->SetAccess(3, 9, Access::kClosed).ok());
  connector_.reset();
  target_.Reopen();
  const auto control = target_.Open()->GetControl();
  ASSERT_TRUE(control.ok()) << control.status();
  EXPECT_EQ(control->fence.generation, 1U);
  EXPECT_EQ(control->fence.epoch, 5U);
  EXPECT_EQ(control->fence.nonce, 1005U);
  EXPECT_EQ(control->cursor, cursor);
  EXPECT_EQ(control->access_generation, 3U);
  EXPECT_EQ(control->access_epoch, 9U);
  EXPECT_EQ(control->access, Access::kClosed);
}

TEST_P(ConnectorFenceTest, NumbersOfSixtyFourBitsAreKept) {
  const Token token{1, UINT64_MAX, UINT64_MAX - 1};
  ASSERT_TRUE(connector_->RaiseFence(token).ok());
  ASSERT_TRUE(connector_->SaveCursor(token, "big").ok());
  EXPECT_EQ(connector_->GetControl()->fence.nonce, UINT64_MAX - 1);
  EXPECT_EQ(connector_->GetControl()->fence.epoch, UINT64_MAX);
}

TEST_P(ConnectorFenceTest, AFenceIsOfOneTenantOnly) {
  const auto neighbour = target_.Open("neighbour");
  ASSERT_TRUE(neighbour->RaiseFence(TokenOf(100)).ok());
  EXPECT_TRUE(connector_->SaveCursor(TokenOf(5), "mine").ok());
  EXPECT_EQ(neighbour->GetControl()->cursor, "");
}

TEST_P(ConnectorFenceTest, WhatWasNotSyncedIsEitherWholeOrAbsent) {
  const auto second = target_.Open("acme2");
  ASSERT_TRUE(second->RaiseFence(TokenOf(1)).ok());
  ASSERT_TRUE(second->Write(TokenOf(1), table(), page_, "written").ok());
  const_cast<std::unique_ptr<Connector>&>(second).reset();
  const bool has_cursor = target_.Open("acme2")->GetControl()->cursor == "written";
  EXPECT_EQ(target_.store->Records("acme2").size(), has_cursor ? 20U : 0U);
}

// --- Access. -----------------------------------------------------------------

TEST_P(ConnectorFenceTest, AClosedTenantRefusesTheAppAndTakesTheWorker) {
  ASSERT_TRUE(connector_->SetAccess(1, 6, Access::kClosed).ok());
  const absl::Status refused = target_.store->Put("acme", "key-000001", "late");
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
  EXPECT_EQ(refused.message(), "realm: tenant is sealed");
  EXPECT_FALSE(target_.store->Put("acme", "new", "late").ok());
  EXPECT_FALSE(target_.store->Delete("acme", "key-000001").ok());
  EXPECT_TRUE(target_.store->Put("neighbour", "key", "value").ok());
  EXPECT_TRUE(connector_->Write(TokenOf(5), table(), page_, "c").ok());
  EXPECT_TRUE(connector_->Sync().ok());
  EXPECT_EQ(target_.store->Records("acme"), source_.store->Records("acme"));
  ASSERT_TRUE(connector_->SetAccess(1, 7, Access::kOpen).ok());
  EXPECT_TRUE(target_.store->Put("acme", "new", "again").ok());
}

TEST_P(ConnectorFenceTest, AccessGoesByTheLargestOrder) {
  ASSERT_TRUE(connector_->SetAccess(1, 6, Access::kClosed).ok());
  EXPECT_TRUE(connector_->SetAccess(1, 6, Access::kClosed).ok());
  EXPECT_EQ(connector_->SetAccess(1, 6, Access::kOpen).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(connector_->SetAccess(1, 5, Access::kOpen).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(connector_->SetAccess(1, 5, Access::kClosed).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(connector_->GetControl()->access, Access::kClosed);
  EXPECT_TRUE(connector_->SetAccess(2, 1, Access::kOpen).ok());
  EXPECT_EQ(connector_->GetControl()->access, Access::kOpen);
  EXPECT_EQ(connector_->GetControl()->access_generation, 2U);
}

TEST_P(ConnectorFenceTest, AccessAndFenceAreIndependent) {
  ASSERT_TRUE(connector_->SetAccess(1, 100, Access::kClosed).ok());
  EXPECT_TRUE(connector_->RaiseFence(TokenOf(6)).ok());
  EXPECT_TRUE(connector_->SaveCursor(TokenOf(6), "c6").ok());
  EXPECT_EQ(connector_->GetControl()->access_epoch, 100U);
}

// --- Erasing. ----------------------------------------------------------------

TEST_P(ConnectorFenceTest, ErasingTakesTheFirstRecordsOfTheRange) {
  auto left = target_.store->Records("acme");
  const auto erased = connector_->Erase(TokenOf(5), table(), {}, 7, "e1");
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_EQ(*erased, 7);
  left.erase(left.begin(), std::next(left.begin(), 7));
  EXPECT_EQ(target_.store->Records("acme"), left);
  EXPECT_EQ(connector_->GetControl()->cursor, "e1");
  EXPECT_EQ(*connector_->Erase(TokenOf(5), table(), {}, 100, "e2"), 13);
  EXPECT_EQ(*connector_->Erase(TokenOf(5), table(), {}, 100, "e3"), 0);
  EXPECT_TRUE(target_.store->Records("acme").empty());
  EXPECT_EQ(connector_->GetControl()->cursor, "e3");
}

TEST_P(ConnectorFenceTest, ErasingStaysWithinItsRangeAndTenant) {
  for (const char* neighbour : {"acm", "acme2", "acmf", "b"})
    target_.Fill(neighbour, 3);
  // A bound inside the page: from a store with one record less.
  source_.store->Delete("acme", "key-000019").IgnoreError();
  const std::string nineteenth = ReadPages(*source_.Open()).back().last_key;
  const auto erased = connector_->Erase(TokenOf(5), table(), {nineteenth, ""}, 100, "e");
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_EQ(*erased, 1);
  EXPECT_EQ(target_.store->Records("acme"), source_.store->Records("acme"));
  EXPECT_EQ(*connector_->Erase(TokenOf(5), table(), {"", nineteenth}, 100, "e"), 19);
  for (const char* neighbour : {"acm", "acme2", "acmf", "b"}) {
    EXPECT_EQ(target_.store->Records(neighbour).size(), 3U) << neighbour;
  }
}

TEST_P(ConnectorFenceTest, VerifiedErasingTakesExactlyWhatWasVerified) {
  target_.Fill("neighbour", 3);
  const std::vector<RangeDigest> ranges = ReadDigests(*connector_);
  ASSERT_EQ(ranges.size(), 1U);
  ASSERT_TRUE(connector_->EraseVerified(TokenOf(5), table(), ranges[0], kDigestKey, "v").ok());
  EXPECT_TRUE(target_.store->Records("acme").empty());
  EXPECT_EQ(target_.store->Records("neighbour").size(), 3U);
  EXPECT_EQ(connector_->GetControl()->cursor, "v");
}

TEST_P(ConnectorFenceTest, VerifiedErasingRefusesAnythingElse) {
  const RangeDigest verified = ReadDigests(*connector_).at(0);
  const auto expect_refused = [&] {
    const auto before = target_.store->Records("acme");
    const absl::Status refused =
        connector_->EraseVerified(TokenOf(5), table(), verified, kDigestKey, "no");
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
    EXPECT_EQ(target_.store->Records("acme"), before);
    EXPECT_EQ(connector_->GetControl()->cursor, "c5");
  };
  ASSERT_TRUE(target_.store->Put("acme", "key-000003", "changed").ok());
  expect_refused();
  ASSERT_TRUE(target_.store->Delete("acme", "key-000003").ok());
  expect_refused();
  ASSERT_TRUE(target_.store->Put("acme", "key-0000030", "another key").ok());
  expect_refused();
  ASSERT_TRUE(connector_->Write(TokenOf(5), table(), page_, "c5").ok());
  ASSERT_TRUE(connector_->Sync().ok());
  expect_refused();  // One record more than was verified.
  ASSERT_TRUE(target_.store->Delete("acme", "key-0000030").ok());
  EXPECT_TRUE(connector_->EraseVerified(TokenOf(5), table(), verified, kDigestKey, "v").ok());
}

TEST_P(ConnectorFenceTest, ARecordBeyondTheVerifiedRangeStays) {
  const RangeDigest verified = ReadDigests(*connector_).at(0);
  ASSERT_TRUE(target_.store->Put("acme", "key-999999", "late").ok());
  ASSERT_TRUE(connector_->EraseVerified(TokenOf(5), table(), verified, kDigestKey, "v").ok());
  EXPECT_EQ(target_.store->Records("acme").size(), 1U);
}

}  // namespace
}  // namespace realm::worker
