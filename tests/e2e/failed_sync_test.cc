// Each sync of the coordinator's disk fails once in the course of a migration, as the kernel
// reports a failing disk: the program ends at once, and what it had acknowledged is there at its
// next start.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/files.h"
#include "tests/e2e/running_system.h"
#include "tests/support/paths.h"
#include "tests/support/temp_folder.h"

namespace realm::e2e {
namespace {

// Of one migration, most of them for leases and reports; and with those of opening the store.
constexpr int kWrites = 18;
constexpr int kSyncsMax = 60;

// The programs, with a coordinator whose k-th sync fails with EIO.
class ProgramsOfAFailingDisk {
 public:
  ProgramsOfAFailingDisk() {
    for (const auto& program : std::filesystem::directory_iterator(ProgramFolder())) {
      const std::string name = program.path().filename().string();
      if (name == "realm-coordinator") continue;
      std::filesystem::create_symlink(program.path(), folder_.path(name));
    }
    const std::string script =
        absl::StrCat("#!/bin/sh\n[ -n \"$", kFailingSync, "\" ] || exec ", ProgramFolder(),
                     "/realm-coordinator \"$@\"\nexec strace -f -qqq -o /dev/null --seccomp-bpf",
                     " -e trace=fsync,fdatasync -e inject=fsync,fdatasync:error=EIO:when=$",
                     kFailingSync, " ", ProgramFolder(), "/realm-coordinator \"$@\"\n");
    REALM_CHECK_OK(WriteFileAtomically(folder_.path("realm-coordinator"), script, 0700));
  }
  std::string path() const { return folder_.path(); }

 private:
  const TempFolder folder_;
};

class FailedSyncTest : public testing::Test {
 protected:
  FailedSyncTest() : running_(Options(programs_)) { running_.Start(); }

  static SystemOptions Options(const ProgramsOfAFailingDisk& programs) {
    SystemOptions options;
    options.stores = StoreKind::kPostgres;
    options.program_folder = programs.path();
    return options;
  }

  // What is acknowledged is what the next word rests upon.
  void Move(const std::string& tenant) {
    EXPECT_EQ(running_.Send(tenant, "schedule"), "scheduled");
    EXPECT_EQ(running_.Send(tenant, "start"), "copying");
    ASSERT_TRUE(running_.PollUntil(tenant, "ready-to-commit"));
    EXPECT_EQ(running_.Send(tenant, "commit"), "committing");
    running_.ReportTraffic(tenant);
    ASSERT_TRUE(running_.PollUntil(tenant, "committed"));
    EXPECT_EQ(running_.WhyNotMoved(tenant), "");
  }

  // Moves tenants until the k-th sync has come; whether the coordinator was up by then.
  bool FailSync(int k) {
    SCOPED_TRACE(absl::StrCat("sync ", k));
    std::string tenant = absl::StrCat("tenant-", ++tenants_);
    running_.AddTenant(tenant);
    const int revivals = running_.revivals();
    running_.system().SetEnvironment(kCoordinator, std::string(kFailingSync), absl::StrCat(k));
    running_.Arm(kCoordinator, "");
    if (running_.revivals() > revivals) return false;
    Move(tenant);
    for (int more = 0; more < 2 && running_.revivals() == revivals; ++more) {
      tenant = absl::StrCat("tenant-", ++tenants_);
      running_.AddTenant(tenant);
      Move(tenant);
    }
    EXPECT_EQ(running_.revivals(), revivals + 1);
    EXPECT_EQ(running_.last_ending(), "exit status 70");
    return true;
  }

  const ProgramsOfAFailingDisk programs_;
  RunningSystem running_;
  int tenants_ = 0;
};

// Those that come after the opening of the store, as many in a row as a migration takes: each of
// its syncs is among them.
TEST_F(FailedSyncTest, AnySyncThatFailsEndsTheCoordinatorAndNothingAcknowledgedIsMissing) {
  int failed = 0;
  for (int k = 1; k < kSyncsMax && failed < kWrites && !HasFailure(); ++k)
    failed += FailSync(k) ? 1 : 0;
  EXPECT_EQ(failed, kWrites);
}

}  // namespace
}  // namespace realm::e2e
