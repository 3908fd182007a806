// `realmctl demo --postgres` as a user runs it, with little data.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

#include "common/files.h"
#include "coordinator/ctl/child.h"
#include "tests/support/eventually.h"
#include "tests/support/paths.h"
#include "tests/support/temp_folder.h"

namespace realm::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kDemoPatience = absl::Minutes(8);
constexpr absl::Duration kStopPatience = absl::Minutes(1);

class PostgresDemoTest : public testing::Test {
 protected:
  std::unique_ptr<ctl::Child> Run(const std::vector<std::string>& flags) {
    ctl::Launch launch;
    launch.path = ProgramFolder() + "/realmctl";
    launch.arguments = {"demo", "--postgres"};
    launch.arguments.insert(launch.arguments.end(), flags.begin(), flags.end());
    launch.log_path = folder_.path("screen");
    auto child = ctl::Child::Start(launch);
    EXPECT_TRUE(child.ok()) << child.status();
    return *std::move(child);
  }

  std::string Screen() const { return ReadSmallFile(folder_.path("screen")).value_or(""); }

  // Of its two servers, as the screen names them.
  std::vector<std::string> ServerFolders() const {
    std::vector<std::string> folders;
    for (const absl::string_view part : absl::StrSplit(Screen(), absl::ByAnyChar(" \n"))) {
      if (absl::StrContains(part, "/realmctl-demo-")) folders.emplace_back(part);
    }
    return folders;
  }

  const TempFolder folder_;
};

TEST_F(PostgresDemoTest, TenantsMoveAndReturnAndPsqlFindsEveryRowWhereItBelongs) {
  const auto child = Run({"--scale=3", "--tenants=2"});
  const auto ending = child->Wait(kDemoPatience);
  ASSERT_TRUE(ending.has_value()) << Screen();
  EXPECT_EQ(ending->status, 0);
  const std::string screen = Screen();
  EXPECT_THAT(screen, HasSubstr("POST /commit     200  committing"));
  EXPECT_THAT(screen, HasSubstr("GET  /status     200  committed"));
  EXPECT_THAT(screen, HasSubstr("bank   EU -> US          1"));
  EXPECT_THAT(screen, HasSubstr("notes  EU -> US          2"));
  EXPECT_THAT(screen, HasSubstr("public.pgbench_accounts  2        200,000"));
  EXPECT_THAT(screen, HasSubstr("taken in EU, refused in US (realm: tenant is sealed)"));
  EXPECT_THAT(screen, HasSubstr("taken in US, refused in EU (realm: tenant is sealed)"));
  EXPECT_THAT(screen, HasSubstr("9 moves between two PostgreSQL"));
  // Not a terminal: nothing is drawn over.
  EXPECT_THAT(screen, Not(HasSubstr("\033")));
  ASSERT_EQ(ServerFolders().size(), 2u);
  for (const std::string& folder : ServerFolders())
    EXPECT_FALSE(std::filesystem::exists(folder)) << folder;
}

// The process that the server's own file names is there.
bool IsServing(const std::string& folder) {
  const auto file = ReadSmallFile(folder + "/data/postmaster.pid");
  return file.ok() && kill(static_cast<pid_t>(atoi(file->c_str())), 0) == 0;
}

TEST_F(PostgresDemoTest, CtrlCStopsEverythingAndLeavesNothing) {
  const auto child = Run({"--scale=1", "--tenants=1"});
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(Screen(), "/start"); }, kDemoPatience))
      << Screen();
  const std::vector<std::string> folders = ServerFolders();
  ASSERT_EQ(folders.size(), 2u);
  std::vector<pid_t> servers;
  for (const std::string& folder : folders) {
    ASSERT_TRUE(IsServing(folder));
    servers.push_back(atoi(ReadSmallFile(folder + "/data/postmaster.pid")->c_str()));
  }
  child->Signal(SIGINT);
  const auto ending = child->Wait(kStopPatience);
  ASSERT_TRUE(ending.has_value());
  EXPECT_EQ(ending->status, 130);
  for (const std::string& folder : folders)
    EXPECT_FALSE(std::filesystem::exists(folder)) << folder;
  for (const pid_t server : servers)
    EXPECT_NE(kill(server, 0), 0) << server;
}

TEST_F(PostgresDemoTest, FlagsThatDoNotFitAreRefusedBeforeAnythingStarts) {
  for (const std::string flag :
       {"--scale=0", "--scale=many", "--tenants=25", "--fault=kill-worker"}) {
    const auto child = Run({flag});
    const auto ending = child->Wait(kStopPatience);
    ASSERT_TRUE(ending.has_value());
    EXPECT_EQ(ending->status, 2) << flag;
  }
  EXPECT_TRUE(ServerFolders().empty());
}

}  // namespace
}  // namespace realm::e2e
