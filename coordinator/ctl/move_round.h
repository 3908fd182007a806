// Several tenants' moves, a few at a time, and a line of the screen for all of them.

#ifndef REALMSHIFT_COORDINATOR_CTL_MOVE_ROUND_H_
#define REALMSHIFT_COORDINATOR_CTL_MOVE_ROUND_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/program/stop_signals.h"
#include "coordinator/ctl/command.h"
#include "coordinator/ctl/tenant_move.h"

namespace realm::ctl {

// Thread safety: one thread at a time.
class MoveRound {
 public:
  struct Totals {
    int tenants = 0;
    int64_t rows = 0;
    int64_t bytes = 0;
    absl::Duration took;
  };

  // `title` begins the line: "bank   US -> EU". `at_once`: how many are under way together. The
  // others must outlive it.
  MoveRound(std::string title, int at_once, const Invocation& invocation, StopSignals& signals)
      : title_(std::move(title)), at_once_(at_once), invocation_(invocation), signals_(signals) {}

  // The line above those of rounds.
  static std::string Heading();

  // Makes all moves and prints the round's line; while they are made too, over the former one, at a
  // terminal. The errors of the moves; DeadlineExceeded: none has ended for long; Cancelled: a
  // signal came.
  absl::StatusOr<Totals> Run(std::vector<std::unique_ptr<TenantMove>> moves);

 private:
  absl::Status BeginMore();
  // Whether all are done.
  absl::StatusOr<bool> Advance();
  absl::Status EndOne(TenantMove& move);
  absl::Status ShowMeanwhile();
  void Draw(const Totals& totals, bool is_last);

  const std::string title_;
  const int at_once_;
  const Invocation& invocation_;
  StopSignals& signals_;
  std::deque<std::unique_ptr<TenantMove>> waiting_;
  std::vector<std::unique_ptr<TenantMove>> moving_;
  int count_ = 0;
  Totals done_;
  absl::Duration began_;
  absl::Duration last_end_;
  bool has_drawn_ = false;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_MOVE_ROUND_H_
