#include "tests/sim/process/lookout.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "coordinator/core/state.h"

namespace realm::sim {
namespace {

// A look must not hold up what is due meanwhile.
constexpr absl::Duration kLookPatience = absl::Milliseconds(300);
constexpr int kPageSize = 1000;

}  // namespace

bool IsTerminal(const v1::Migration& row) {
  return row.state() == v1::Migration::STATE_COMMITTED ||
         row.state() == v1::Migration::STATE_ROLLED_BACK ||
         row.state() == v1::Migration::STATE_CANCELLED;
}

Lookout::Lookout(RealSystem* system, const Pace* pace, RunLog* log) : pace_(pace), log_(log) {
  ctl::Endpoint endpoint = system->programs().operator_endpoint();
  endpoint.timeout = kLookPatience;
  auto connection = ctl::Connection::Open(endpoint);
  REALM_CHECK_OK(connection.status());
  connection_ = *std::move(connection);
}

void Lookout::Look(bool with_trails) {
  // No answer means that it is down or cut: the next look is soon.
  v1::ListMigrationsRequest request;
  request.set_page_size(kPageSize);
  const auto found =
      connection_->Call(connection_->admin(), &v1::AdminService::Stub::ListMigrations, request);
  if (!found.ok()) return;
  for (const v1::Migration& row : found->migrations())
    LookAt(row, with_trails);
}

void Lookout::LookAt(const v1::Migration& row, bool with_trails) {
  const std::string& id = row.ref().migration_id();
  Seen& seen = seen_[id];
  const bool changed = seen.row.version() != row.version();
  if (changed) log_->Say("coordinator", absl::StrCat(id, " ", row.State_Name(row.state())));
  seen.row = row;
  // The numbers are those of the rows.
  seen.states.insert(
      std::string(coordinator::ToString(static_cast<coordinator::State>(row.state()))));
  if (row.state() < v1::Migration::STATE_COMMITTING) {
    for (const v1::Job& job : row.jobs())
      seen.jobs_of_copying.insert(job.job_id());
  }
  if (IsTerminal(row)) ends_.try_emplace(id, MigrationEnd{row.status(), pace_->Now()});
  if (changed && with_trails) ReadTrail(row, &seen);
}

void Lookout::ReadTrail(const v1::Migration& row, Seen* seen) {
  v1::ListEventsRequest request;
  *request.mutable_ref() = row.ref();
  request.set_page_size(kPageSize);
  const auto events =
      connection_->Call(connection_->admin(), &v1::AdminService::Stub::ListEvents, request);
  if (!events.ok()) return;
  for (const v1::Event& event : events->events())
    seen->states.insert(event.state_after());
}

bool Lookout::AllEnded() const {
  return std::all_of(seen_.begin(), seen_.end(),
                     [](const auto& each) { return IsTerminal(each.second.row); });
}

bool Lookout::AllEndedOrStuck() const {
  return std::all_of(seen_.begin(), seen_.end(), [](const auto& each) {
    return IsTerminal(each.second.row) || each.second.row.stuck();
  });
}

}  // namespace realm::sim
