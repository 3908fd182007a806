#include "tests/chaos/zombies.h"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"

#include "common/check.h"
#include "coordinator/edge/json.h"

namespace realm::chaos {
namespace {

constexpr int kSleepMostMilliseconds = 10'000;

// The next thing that the worker does is a change, in three jobs of four; and elsewhere.
constexpr absl::string_view kPlaces[] = {
    "copy.before-write=stop,purge.before-range=stop,rollback.before-range=stop",
    "copy.before-write=stop,purge.before-erase=stop,rollback.after-raise=stop",
    "copy.after-raise=stop,purge.before-range=stop,open.after-raise=stop",
    "copy.after-first-page=stop,copy.before-report=stop,purge.before-report=stop",
    "copy.before-seal=stop,copy.after-repair-erase=stop,rollback.before-report=stop",
    "serve.before-seal=stop,serve.before-page=stop"};
constexpr uint64_t kPlacesCount = sizeof(kPlaces) / sizeof(kPlaces[0]);

}  // namespace

Zombies::Zombies(e2e::RunningSystem* running,
                 std::function<std::string(absl::string_view migration)> tenant_of)
    : running_(running), tenant_of_(std::move(tenant_of)) {
  for (const std::string realm : {"US", "EU"}) {
    databases_[realm] = std::make_unique<AppDatabase>(running->stores().ConnectionString(realm));
  }
}

const std::string& Zombies::RealmOf(const std::string& worker) const {
  const auto& workers = running_->system().workers();
  return std::find_if(workers.begin(), workers.end(),
                      [&](const ctl::LocalWorker& one) { return one.id == worker; })
      ->realm;
}

void Zombies::Arm(const std::string& worker, std::mt19937_64& random) {
  const std::string& armed = armed_[RealmOf(worker)];
  const bool is_first = armed.empty() || armed == worker;
  if (!is_first || random() % 2 == 0) return Disarm(worker);
  armed_[RealmOf(worker)] = worker;
  running_->SetFailpoints(worker, std::string(kPlaces[random() % kPlacesCount]));
}

void Zombies::Disarm(const std::string& worker) {
  std::string& armed = armed_[RealmOf(worker)];
  if (armed == worker) armed.clear();
  running_->SetFailpoints(worker, "");
}

void Zombies::Find(absl::Duration now, std::mt19937_64& random,
                   const std::function<bool(const std::string&)>& may_be) {
  for (const ctl::LocalWorker& worker : running_->system().workers()) {
    if (IsAsleep(worker.id) || !may_be(worker.id)) continue;
    if (!running_->system().child(worker.id).IsStopped()) continue;
    const absl::Duration most = absl::Milliseconds(random() % kSleepMostMilliseconds);
    asleep_[worker.id] = {now + kLease, now + kLease + most, HeldBy(worker.id)};
    ++figures_.asleep;
  }
}

// Those of its leases that began and did not end, by its log, and that are the last ones still. Of
// an earlier process of that name some may be among them.
std::vector<Zombies::Lease> Zombies::HeldBy(const std::string& worker) {
  std::map<std::pair<std::string, int64_t>, int> open;
  for (const auto& [message, change] : {std::make_pair("job started", 1), {"job finished", -1}}) {
    for (const std::string& line : running_->LogOf(worker, message)) {
      const auto json = edge::ParseJson(line, {64 * 1024, 8});
      int64_t epoch = 0;
      const bool is_read = json.ok() && json->Find("epoch") != nullptr &&
                           absl::SimpleAtoi(json->Find("epoch")->text(), &epoch);
      if (is_read) open[{tenant_of_(json->FindString("migration")), epoch}] += change;
    }
  }
  std::vector<Lease> held;
  for (const auto& [lease, count] : open) {
    const Lease one = {lease.first, lease.second};
    if (count > 0 && IsHeld(RealmOf(worker), one)) held.push_back(one);
  }
  return held;
}

bool Zombies::IsHeld(const std::string& realm, const Lease& lease) {
  const auto rows = databases_.at(realm)->Rows(
      absl::Substitute("SELECT 1 FROM realmshift.control WHERE tenant = '$0' AND epoch = $1",
                       lease.tenant, lease.epoch));
  return rows.has_value() && !rows->empty();
}

bool Zombies::IsPassedBy(const std::string& worker, const Sleep& sleep) {
  return !sleep.held.empty() &&
         std::none_of(sleep.held.begin(), sleep.held.end(),
                      [&](const Lease& lease) { return IsHeld(RealmOf(worker), lease); });
}

void Zombies::Wake(absl::Duration now, bool all) {
  for (auto each = asleep_.begin(); each != asleep_.end();) {
    const auto& [worker, sleep] = *each;
    const bool is_passed_by = !all && now >= sleep.lease_end && IsPassedBy(worker, sleep);
    if (!is_passed_by && !all && now < sleep.end) {
      ++each;
      continue;
    }
    if (is_passed_by) ++figures_.passed_by;
    running_->system().child(worker).Signal(SIGCONT);
    each = asleep_.erase(each);
  }
}

}  // namespace realm::chaos
