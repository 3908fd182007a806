// One tenant's move as the platform orders it: hooks and polls over HTTP, one step at a time, so
// that several can be under way.

#ifndef REALMSHIFT_COORDINATOR_CTL_TENANT_MOVE_H_
#define REALMSHIFT_COORDINATOR_CTL_TENANT_MOVE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/clock.h"
#include "coordinator/ctl/connection.h"
#include "coordinator/ctl/platform.h"
#include "realm/v1/types.pb.h"

namespace realm::ctl {

struct MoveOrder {
  // The tenant's installation at the realm that it leaves, and at the one that it goes to.
  Site source;
  Site target;
  std::string source_realm;
  std::string target_realm;
  std::string migration_id;
};

// Thread safety: one thread at a time.
class TenantMove {
 public:
  // Told of each hook and its answer, as a line of the screen. May be null.
  using Say = std::function<void(const std::string& line)>;

  // `platform`, `connection` and `clock` must outlive it.
  TenantMove(MoveOrder order, Platform& platform, Connection& connection, const Clock& clock,
             Say say);

  // Sends schedule and start. Internal: one was answered otherwise than it must be.
  absl::Status Begin();

  // Polls once, and does what the answer calls for: sends commit once the data is ready, and
  // reports the first request at the target. Internal: the migration failed; the message says why.
  absl::Status Advance();

  // Whether the platform was told "committed".
  bool is_done() const { return phase_ == Phase::kCommitted; }

  // What was copied up to now, by the coordinator's account.
  absl::StatusOr<v1::Progress> LookAtProgress();
  // The migration as the coordinator shows it.
  absl::StatusOr<v1::Migration> Look() const;

 private:
  enum class Phase { kCopying, kCommitting, kCommitted };

  absl::Status SendHook(absl::string_view hook, absl::string_view status,
                        absl::string_view remark = "");
  absl::Status Commit();
  absl::Status End();
  void Tell(absl::string_view method, absl::string_view path, absl::string_view answer,
            absl::string_view remark);

  const MoveOrder order_;
  Platform& platform_;
  Connection& connection_;
  const Clock& clock_;
  const Say say_;
  Order hooks_order_;
  Phase phase_ = Phase::kCopying;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_TENANT_MOVE_H_
