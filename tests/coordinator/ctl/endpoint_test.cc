#include "coordinator/ctl/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>

#include "tests/support/temp_folder.h"

namespace realm::ctl {
namespace {

using ::testing::HasSubstr;

using Variables = std::map<std::string, std::string>;

Environment Of(const Variables& variables) {
  return [variables](absl::string_view name) {
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? "" : found->second;
  };
}

Arguments Parse(const std::vector<std::string>& words) {
  return *ParseArguments(words, EndpointFlags());
}

const Variables kAll = {{"REALMCTL_ADDRESS", "env:1"},
                        {"REALMCTL_TLS_CA", "env-ca"},
                        {"REALMCTL_TLS_CERT", "env-cert"},
                        {"REALMCTL_TLS_KEY", "env-key"}};

// A dev system that runs.
class EndpointTest : public testing::Test {
 protected:
  EndpointTest() {
    Endpoint dev;
    dev.address = "dev:1";
    dev.tls = TlsFiles{"dev-ca", "dev-cert", "dev-key"};
    EXPECT_TRUE(WriteDevSystem(path_, dev).ok());
  }

  const TempFolder folder_;
  const std::string path_ = folder_.path("dev");
};

TEST_F(EndpointTest, FlagsComeBeforeTheEnvironment) {
  const auto endpoint =
      ResolveEndpoint(Parse({"--address=flag:1", "--tls-cert=flag-cert"}), Of(kAll), path_);
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  EXPECT_EQ(endpoint->address, "flag:1");
  EXPECT_EQ(endpoint->tls->cert_file, "flag-cert");
  EXPECT_EQ(endpoint->tls->ca_file, "env-ca");
}

TEST_F(EndpointTest, TheEnvironmentComesBeforeARunningDevSystem) {
  const auto endpoint = ResolveEndpoint(Parse({}), Of(kAll), path_);
  ASSERT_TRUE(endpoint.ok());
  EXPECT_EQ(endpoint->address, "env:1");
}

TEST_F(EndpointTest, ARunningDevSystemIsFoundWithoutAnyFlag) {
  const auto endpoint = ResolveEndpoint(Parse({"--timeout=3s"}), Of({}), path_);
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  EXPECT_EQ(endpoint->address, "dev:1");
  EXPECT_EQ(endpoint->tls->key_file, "dev-key");
  EXPECT_EQ(endpoint->timeout, absl::Seconds(3));
}

// Half of a dev system's credentials beside another server's address would be a strange mixture.
TEST_F(EndpointTest, AnAddressRulesTheDevSystemOut) {
  const auto endpoint = ResolveEndpoint(Parse({"--address=other:1"}), Of({}), path_);
  EXPECT_TRUE(absl::IsInvalidArgument(endpoint.status()));
  EXPECT_THAT(std::string(endpoint.status().message()), HasSubstr("--tls-ca"));
}

TEST_F(EndpointTest, InsecureNeedsNoCertificate) {
  const auto endpoint = ResolveEndpoint(Parse({"--insecure"}), Of({}), folder_.path("none"));
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  EXPECT_FALSE(endpoint->tls.has_value());
  EXPECT_EQ(endpoint->address, "127.0.0.1:7460");
}

TEST_F(EndpointTest, TheDevSystemsFileIsForItsUserOnly) {
  struct stat status = {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

}  // namespace
}  // namespace realm::ctl
