#include "coordinator/ctl/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace realm::ctl {
namespace {

using ::testing::HasSubstr;

// Whoever waits for more would take an OK for the whole answer.
TEST(ConnectionTest, AWatchThatEndsByItselfIsAnErrorToo) {
  const auto connection = Connection::Open({"127.0.0.1:7470", {}, absl::Seconds(1)});
  ASSERT_TRUE(connection.ok()) << connection.status();
  const absl::Status ended = (*connection)->ExplainEnd(grpc::Status::OK);
  EXPECT_EQ(ended.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(ended.message(), HasSubstr("ended the watch"));
  const absl::Status cut =
      (*connection)->ExplainEnd({grpc::StatusCode::UNAVAILABLE, "connection reset"});
  EXPECT_THAT(cut.message(), HasSubstr("127.0.0.1:7470"));
}

}  // namespace
}  // namespace realm::ctl
