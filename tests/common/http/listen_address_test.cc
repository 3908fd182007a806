#include "common/http/listen_address.h"

#include "gtest/gtest.h"

namespace realm {
namespace {

TEST(ListenAddressTest, ReadsBothFamilies) {
  EXPECT_EQ(ParseListenAddress("127.0.0.1:7480")->ip, "127.0.0.1");
  EXPECT_EQ(ParseListenAddress("127.0.0.1:7480")->port, 7480);
  EXPECT_EQ(ParseListenAddress("[::1]:0")->ip, "::1");
  EXPECT_EQ(ParseListenAddress("localhost:65535")->ip, "127.0.0.1");
}

TEST(ListenAddressTest, RefusesAnythingElse) {
  for (const char* address :
       {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:x",
        "::1:80", "[::1]", "[127.0.0.1]:80", "[::1:80", "example.com:80", "127.0.0:80"}) {
    EXPECT_EQ(ParseListenAddress(address).status().code(), absl::StatusCode::kInvalidArgument)
        << address;
  }
}

}  // namespace
}  // namespace realm
