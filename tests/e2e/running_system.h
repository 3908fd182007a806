// The real programs on loopback, with a tenant's data in real stores, and somebody who plays the
// platform over HTTP. For tests that kill.

#ifndef REALMSHIFT_TESTS_E2E_RUNNING_SYSTEM_H_
#define REALMSHIFT_TESTS_E2E_RUNNING_SYSTEM_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "coordinator/ctl/local_system.h"
#include "coordinator/ctl/platform.h"
#include "coordinator/ctl/store_probe.h"
#include "realm/v1/types.pb.h"
#include "tests/support/temp_folder.h"

namespace realm::e2e {

inline constexpr absl::string_view kSource = "us-1";
inline constexpr absl::string_view kTarget = "eu-1";
// Generous: the machine may be busy with something else. What comes true does not wait for it.
inline constexpr absl::Duration kPatience = absl::Minutes(4);

// What both datasets of a worker hold of a tenant.
struct Holdings {
  ctl::StoreContent core;
  ctl::StoreContent history;
};
inline bool operator==(const Holdings& a, const Holdings& b) {
  return a.core == b.core && a.history == b.history;
}

// Aborts the test when a program cannot be started.
//
// Thread safety: the test's main thread only.
class RunningSystem {
 public:
  RunningSystem();

  // The tenant "acme" is in US, beside "globex"; "initech" is in EU. All programs run after it.
  // Failpoints, as of REALM_FAILPOINTS, are set first.
  void Start();
  void SetFailpoints(absl::string_view program, const std::string& specification);

  ctl::LocalSystem& system() { return *system_; }
  ctl::Platform& platform() { return *platform_; }
  ctl::Site SiteOf(absl::string_view tenant, absl::string_view realm) const;
  const ctl::Order& order() const { return order_; }

  // Sends a hook of acme's move to EU as the platform does: again while it is answered 503. The
  // status word of the answer; empty unless it was 200.
  std::string Send(absl::string_view hook);
  // A request of acme at EU's URL.
  void ReportTraffic();
  // Polls until the platform is told `word`, and starts every program again that has died or
  // frozen. Whether it was told in time.
  bool PollUntil(absl::string_view word);
  // The word of one poll; "?" when it was not answered 200.
  std::string Poll();
  // Restarts the programs that are not there or do not move. Failpoints are gone after it.
  void Revive();
  // How often Revive found one.
  int revivals() const { return revivals_; }

  // Stops the workers and reads their stores.
  Holdings Read(absl::string_view worker, absl::string_view tenant);
  // As it was before anything ran.
  const Holdings& acme() const { return acme_; }
  const Holdings& globex() const { return globex_; }
  const Holdings& initech() const { return initech_; }
  // As a tenant that has nothing there.
  static bool IsEmpty(const Holdings& holdings) {
    return holdings.core.records == 0 && holdings.history.records == 0;
  }

 private:
  void Install(absl::string_view tenant, absl::string_view realm);

  const SystemClock clock_;
  const TempFolder folder_;
  std::unique_ptr<ctl::LocalSystem> system_;
  std::unique_ptr<ctl::Platform> platform_;
  ctl::Order order_;
  Holdings acme_;
  Holdings globex_;
  Holdings initech_;
  int revivals_ = 0;
};

}  // namespace realm::e2e

#endif  // REALMSHIFT_TESTS_E2E_RUNNING_SYSTEM_H_
