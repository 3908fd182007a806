#include "tests/sim/world/rows.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "coordinator/core/rules.h"
#include "coordinator/core/view.h"

namespace realm::sim {

using coordinator::Event;
using coordinator::State;

namespace {

// What took it from `from` to where it is, by the table; nothing if it went through a state
// between that was never kept. Where two events lead the same way the row tells which it was.
std::optional<Event> CauseOf(State from, const coordinator::Migration& row) {
  if (from == State::kCopying && row.state == State::kFailed) {
    return row.failure->reason == "COPY_FAILED" ? Event::kCopyFailed : Event::kWindowClosed;
  }
  if (from == State::kFailed && row.state == State::kRollingBack) {
    const bool asked = FindReceipt(row, coordinator::Hook::kRollback) != nullptr;
    return asked ? Event::kRollback : Event::kUndoDue;
  }
  for (int e = 0; e < coordinator::kEventCount; ++e) {
    const coordinator::Rule& rule = coordinator::RuleFor(from, static_cast<Event>(e));
    if (rule.verdict == coordinator::Verdict::kGo && rule.to == row.state) return rule.event;
  }
  return std::nullopt;
}

}  // namespace

void Rows::OnMigration(const coordinator::Migration& row) {
  Seen& seen = seen_[row.key];
  const State before = std::exchange(seen.state, row.state);
  if (before != row.state) CountMove(before, row);
  // A coordinator that starts again shows all its rows; those with the version of before are those
  // of before.
  if (std::exchange(seen.version, row.version) != row.version) Log(row);
  auditor_->OnMigration(row);
  if (edge_ == nullptr) return;
  edge_->Learn(row);
  chaos_->Look(row);
}

void Rows::OnRestore() {
  // What comes now may be other rows with the same versions.
  for (auto& [key, seen] : seen_)
    seen.version = 0;
  auditor_->OnRestore();
}

// So that two runs that differ in a row differ in their logs.
void Rows::Log(const coordinator::Migration& row) {
  std::string jobs;
  for (const coordinator::Job& job : row.jobs) {
    absl::StrAppend(&jobs, " ", job.transfer.value(), "/", coordinator::ToString(job.kind), "=",
                    coordinator::ToString(job.state), ",epoch:", job.epoch, ",", job.worker.value(),
                    ",", job.counters.records_done, job.last_error.empty() ? "" : ",",
                    job.last_error);
  }
  ground_->Log("row", row.key.migration.value(), " ", row.version, " ",
               coordinator::ToString(row.state), jobs);
}

void Rows::CountMove(State from, const coordinator::Migration& row) {
  ground_->Count(
      absl::StrCat("move/", coordinator::ToString(from), "/", coordinator::ToString(row.state)));
  if (const auto event = CauseOf(from, row)) {
    ground_->Count(
        absl::StrCat("cell/", coordinator::ToString(from), "/", coordinator::ToString(*event)));
  }
}

}  // namespace realm::sim
