#include "coordinator/ctl/move_round.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "common/status_macros.h"
#include "coordinator/ctl/demo_defaults.h"
#include "coordinator/ctl/demo_screen.h"
#include "coordinator/ctl/format.h"
#include "coordinator/ctl/progress_text.h"

namespace realm::ctl {
namespace {

std::string RateText(const MoveRound::Totals& totals) {
  const double seconds = absl::ToDoubleSeconds(totals.took);
  if (seconds <= 0) return "";
  return absl::StrCat(
      FormatBytes(static_cast<int64_t>(static_cast<double>(totals.bytes) / seconds)), "/s");
}

std::string Line(const std::string& title, const std::string& tenants, const std::string& rows,
                 const std::string& size, const std::string& time, const std::string& rate) {
  return absl::StrFormat("  %-16s  %8s  %10s  %10s  %8s  %s\n", title, tenants, rows, size, time,
                         rate);
}

}  // namespace

std::string MoveRound::Heading() {
  return Line("APP    ROUTE", "TENANTS", "ROWS", "DATA", "TIME", "RATE");
}

absl::StatusOr<MoveRound::Totals> MoveRound::Run(std::vector<std::unique_ptr<TenantMove>> moves) {
  count_ = static_cast<int>(moves.size());
  waiting_ = {std::make_move_iterator(moves.begin()), std::make_move_iterator(moves.end())};
  began_ = last_end_ = invocation_.clock.Monotonic();
  for (;;) {
    RETURN_IF_ERROR(BeginMore());
    ASSIGN_OR_RETURN(const bool is_done, Advance());
    if (is_done) break;
    if (invocation_.clock.Monotonic() - last_end_ > demo::kPatience) {
      return absl::DeadlineExceededError(
          absl::StrCat("no tenant has arrived for ", FormatSpan(demo::kPatience)));
    }
    RETURN_IF_ERROR(ShowMeanwhile());
    if (signals_.Wait(demo::kPollPeriod)) return absl::CancelledError("interrupted");
  }
  done_.took = invocation_.clock.Monotonic() - began_;
  Draw(done_, /*is_last=*/true);
  return done_;
}

absl::Status MoveRound::BeginMore() {
  while (!waiting_.empty() && static_cast<int>(moving_.size()) < at_once_) {
    RETURN_IF_ERROR(waiting_.front()->Begin());
    moving_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> MoveRound::Advance() {
  std::vector<std::unique_ptr<TenantMove>> still;
  for (std::unique_ptr<TenantMove>& move : moving_) {
    RETURN_IF_ERROR(move->Advance());
    if (move->is_done()) {
      RETURN_IF_ERROR(EndOne(*move));
    } else {
      still.push_back(std::move(move));
    }
  }
  moving_ = std::move(still);
  return moving_.empty() && waiting_.empty();
}

absl::Status MoveRound::EndOne(TenantMove& move) {
  ASSIGN_OR_RETURN(const v1::Migration migration, move.Look());
  for (const v1::Transfer& transfer : migration.transfers()) {
    done_.rows += RecordsOf(transfer);
    done_.bytes += BytesOf(transfer);
  }
  ++done_.tenants;
  last_end_ = invocation_.clock.Monotonic();
  return absl::OkStatus();
}

absl::Status MoveRound::ShowMeanwhile() {
  if (!invocation_.console.traits().out_is_terminal) return absl::OkStatus();
  Totals now = done_;
  for (const std::unique_ptr<TenantMove>& move : moving_) {
    ASSIGN_OR_RETURN(const v1::Progress progress, move->LookAtProgress());
    now.rows += progress.records_done();
    now.bytes += progress.bytes_done();
  }
  now.took = invocation_.clock.Monotonic() - began_;
  Draw(now, /*is_last=*/false);
  return absl::OkStatus();
}

void MoveRound::Draw(const Totals& totals, bool is_last) {
  const std::string tenants =
      is_last ? absl::StrCat(totals.tenants) : absl::StrCat(totals.tenants, " of ", count_);
  const std::string over = has_drawn_ ? "\033[1A\033[J" : "";
  has_drawn_ = true;
  invocation_.console.Print(
      absl::StrCat(over, Line(title_, tenants, FormatCount(totals.rows), FormatBytes(totals.bytes),
                              FormatElapsed(totals.took), RateText(totals))));
}

}  // namespace realm::ctl
