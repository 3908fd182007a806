#include "worker/connector/control_row.h"

#include <gtest/gtest.h>

#include <string>

namespace realm::worker {
namespace {

ControlRow Row() {
  ControlRow row{AppId("app"), TenantId("tenant"), Control()};
  row.control.fence = {1, 2, UINT64_MAX};
  row.control.cursor = std::string("\0cursor", 7);
  row.control.access_generation = 3;
  row.control.access_epoch = 4;
  row.control.access = Access::kClosed;
  return row;
}

TEST(ControlRowTest, ComesBackAsItWent) {
  const auto row = DecodeControlRow(EncodeControlRow(Row()));
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(EncodeControlRow(*row), EncodeControlRow(Row()));
  EXPECT_EQ(row->control.fence.nonce, UINT64_MAX);
  EXPECT_EQ(row->control.cursor, Row().control.cursor);
  EXPECT_EQ(row->control.access, Access::kClosed);
}

TEST(ControlRowTest, DamageIsNotTakenForARow) {
  const std::string whole = EncodeControlRow(Row());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(DecodeControlRow(whole.substr(0, size)).status().code(), absl::StatusCode::kDataLoss);
  }
  EXPECT_EQ(DecodeControlRow(whole + "x").status().code(), absl::StatusCode::kDataLoss);
}

TEST(ControlRowTest, ANewerFormatIsRefusedAsSuch) {
  std::string bytes = EncodeControlRow(Row());
  bytes[0] = 2;
  EXPECT_EQ(DecodeControlRow(bytes).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(ControlRowTest, AFenceOnlyGrows) {
  Control control;
  EXPECT_TRUE(absl::IsAborted(ApplyFence({0, 0, 1}, control)));
  EXPECT_TRUE(ApplyFence({1, 5, 1}, control).ok());
  EXPECT_TRUE(absl::IsAborted(ApplyFence({1, 5, 2}, control)));
  EXPECT_TRUE(absl::IsAborted(ApplyFence({1, 4, 1}, control)));
  EXPECT_TRUE(absl::IsAborted(ApplyFence({0, 9, 1}, control)));
  EXPECT_TRUE(ApplyFence({2, 1, 1}, control).ok());
  EXPECT_EQ(control.fence.generation, 2U);
}

TEST(ControlRowTest, AFenceMatchesExactlyOrNotAtAll) {
  Control control;
  EXPECT_TRUE(absl::IsAborted(CheckFence(control, Token())));
  control.fence = {1, 5, 7};
  EXPECT_TRUE(CheckFence(control, {1, 5, 7}).ok());
  EXPECT_TRUE(absl::IsAborted(CheckFence(control, {1, 5, 8})));
  EXPECT_TRUE(absl::IsAborted(CheckFence(control, {1, 6, 7})));
  EXPECT_TRUE(absl::IsAborted(CheckFence(control, {2, 5, 7})));
}

TEST(ControlRowTest, AccessTakesTheLargestOrderAndRepeatsOfIt) {
  Control control;
  EXPECT_TRUE(ApplyAccess(1, 5, Access::kClosed, control).ok());
  EXPECT_TRUE(ApplyAccess(1, 5, Access::kClosed, control).ok());
  EXPECT_TRUE(absl::IsAborted(ApplyAccess(1, 5, Access::kOpen, control)));
  EXPECT_TRUE(absl::IsAborted(ApplyAccess(1, 4, Access::kClosed, control)));
  EXPECT_TRUE(ApplyAccess(2, 0, Access::kOpen, control).ok());
  EXPECT_EQ(control.access, Access::kOpen);
}

TEST(ControlRowTest, ARowOfAnotherTenantIsRefusedAndNamed) {
  TenantScope scope{AppId("app"), TenantId("tenant"), "key"};
  EXPECT_TRUE(CheckOwner(Row(), scope).ok());
  scope.tenant = TenantId("someone else");
  const absl::Status status = CheckOwner(Row(), scope);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(status.message().find("someone else"), absl::string_view::npos);
}

}  // namespace
}  // namespace realm::worker
