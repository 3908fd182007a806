#include "common/check.h"

#include <gtest/gtest.h>

#include "common/status_macros.h"

namespace realm {
namespace {

TEST(CheckTest, HoldingConditionsAreSilentAndDoNotBuildTheirDetail) {
  int built = 0;
  const auto detail = [&built] { return absl::StrCat(++built); };
  REALM_CHECK(true, detail());
  REALM_INVARIANT(1 + 1 == 2);
  REALM_CHECK_OK(absl::OkStatus());
  EXPECT_EQ(built, 0);
}

TEST(CheckDeathTest, FailedConditionsNameThemselvesAndTheirDetail) {
  const int rows = 3;
  EXPECT_DEATH(REALM_CHECK(rows < 3, "rows=", rows),
               "check_test.cc:.*check failed: rows < 3 .rows=3");
  EXPECT_DEATH(REALM_INVARIANT(rows == 0), "invariant failed: rows == 0");
  EXPECT_DEATH(REALM_CHECK_OK(absl::AbortedError("fenced")), "ABORTED: fenced");
  EXPECT_DEATH(REALM_UNREACHABLE(), "this line is not reached");
}

absl::StatusOr<int> Half(int number) {
  if (number % 2 != 0) return absl::InvalidArgumentError("odd");
  return number / 2;
}

absl::StatusOr<int> Quarter(int number) {
  ASSIGN_OR_RETURN(const int half, Half(number));
  ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

absl::Status IsEven(int number) {
  RETURN_IF_ERROR(Half(number).status());
  return absl::OkStatus();
}

TEST(StatusMacrosTest, ValuesPassAndTheFirstErrorReturns) {
  EXPECT_EQ(*Quarter(12), 3);
  EXPECT_EQ(Quarter(6).status(), absl::InvalidArgumentError("odd"));
  EXPECT_EQ(IsEven(4), absl::OkStatus());
  EXPECT_EQ(IsEven(5), absl::InvalidArgumentError("odd"));
}

TEST(StatusMacrosTest, AnnotateKeepsCodeAndPayload) {
  absl::Status status = absl::AbortedError("fenced");
  status.SetPayload("reason", absl::Cord("F1"));
  const absl::Status annotated = Annotate(status, "erase");
  EXPECT_EQ(annotated.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(annotated.message(), "erase: fenced");
  EXPECT_EQ(annotated.GetPayload("reason"), absl::Cord("F1"));
  EXPECT_TRUE(Annotate(absl::OkStatus(), "erase").ok());
}

}  // namespace
}  // namespace realm
