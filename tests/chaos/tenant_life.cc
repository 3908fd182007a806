#include "tests/chaos/tenant_life.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "coordinator/edge/sign_token.h"
#include "tests/support/eventually.h"

namespace realm::chaos {
namespace {

// From the end of the storm to a finding: with everything whole again, much more than is needed.
constexpr absl::Duration kPatience = absl::Minutes(10);
// Rests for the machine, which is to be busy with the programs and not with this.
constexpr absl::Duration kBetweenPolls = absl::Milliseconds(250);

}  // namespace

TenantLife::TenantLife(LifeOptions options)
    : options_(std::move(options)),
      random_(options_.seed),
      // Hooks are signed with the tenant's secret; this key signs nothing.
      platform_(edge::PlatformKey::Generate(), "unused", clock_),
      records_(options_.tenant, options_.databases, ~options_.seed, &options_.figures->records) {}

void TenantLife::Run() {
  if (!AwaitThat([this] { return records_.Remember(home_); })) return Find("cannot be read");
  while (!*options_.winding_down && findings_.empty())
    MoveOnce();
  Compare(home_, home_ == "US" ? "EU" : "US");
}

void TenantLife::MoveOnce() {
  target_ = home_ == "US" ? "EU" : "US";
  const absl::Time now = clock_.Now();
  order_ = {absl::StrCat(options_.first_migration + moves_++), target_, now,
            now + absl::Minutes(90)};
  if (!Send("schedule") || !Send("start")) return Find("schedule or start was refused");
  const int plan = Draw(10);
  if (plan == 0) return GoBack();
  const std::string word = Await({"ready-to-commit", "failed"});
  if (word.empty()) return;
  // The platform rolls back what failed, and what it wants to.
  if (word == "failed" || plan == 1) return GoBack();
  if (!Send("commit")) return Find("commit was refused");
  if (plan == 2) return GoBack();
  Commit(target_);
}

void TenantLife::Commit(const std::string& target) {
  writes_at_ = target;
  const std::string home = std::exchange(home_, target);
  const bool committed = AwaitThat([&] {
    const auto reply = platform_.ReportTraffic(options_.site_at(target));
    if (!reply.ok()) ++options_.figures->unanswered;
    for (int i = 0; i < 3; ++i)
      Write();
    return Poll() == "committed";
  });
  if (!committed) return Find("committed was never reached");
  ++options_.figures->migrations;
  Compare(target, home);
}

void TenantLife::GoBack() {
  if (!Send("rollback")) return Find("rollback was refused");
  if (Await({"rolled-back", "cancelled"}).empty()) return;
  ++options_.figures->rolled_back;
  Compare(home_, target_);
}

bool TenantLife::Send(absl::string_view hook) {
  std::string answer = "not answered";
  const bool accepted = AwaitThat([&] {
    ++options_.figures->hooks;
    Write();
    const auto reply = platform_.Send(options_.site_at(home_), hook, order_);
    if (reply.ok()) answer = absl::StrCat(reply->status, " ", reply->body);
    if (!reply.ok() || reply->status == 503 || reply->status == 401) {
      ++options_.figures->unanswered;
      return false;
    }
    // Two hooks of one second have one token, and the next second has another.
    return !absl::StrContains(reply->body, "TOKEN_REUSED");
  });
  if (accepted && absl::StartsWith(answer, "200 ")) return true;
  Find(absl::StrCat(hook, ": ", answer));
  return false;
}

std::string TenantLife::Poll() {
  ++options_.figures->polls;
  const auto answer = platform_.PollStatus(options_.site_at(home_), order_.migration_id);
  if (answer.ok()) return answer->status;
  ++options_.figures->unanswered;
  return "";
}

std::string TenantLife::Await(const std::vector<std::string>& words) {
  std::string word;
  const bool reached = AwaitThat([&] {
    Write();
    word = Poll();
    return std::count(words.begin(), words.end(), word) > 0;
  });
  if (reached) return word;
  Find(absl::StrCat(absl::StrJoin(words, " or "), " was never reached; the last word was ", word));
  return "";
}

void TenantLife::Compare(const std::string& home, const std::string& away) {
  writes_at_ = home;
  std::optional<std::vector<std::string>> wrong;
  AwaitThat([&] {
    wrong = records_.Compare(home, away);
    return wrong.has_value();
  });
  if (!wrong.has_value()) return Find("the databases could not be asked");
  for (const std::string& finding : *wrong)
    Find(finding);
}

bool TenantLife::AwaitThat(absl::FunctionRef<bool()> holds) {
  bool came_true = false;
  const auto is_over = [&] {
    came_true = holds();
    return came_true || !HasPatience();
  };
  Eventually(is_over, absl::InfiniteDuration(), kBetweenPolls);
  return came_true;
}

bool TenantLife::HasPatience() {
  if (!*options_.winding_down) return true;
  if (!calm_since_.has_value()) calm_since_ = clock_.Monotonic();
  return clock_.Monotonic() < *calm_since_ + kPatience;
}

void TenantLife::Find(const std::string& finding) {
  findings_.push_back(absl::StrCat(options_.tenant, ", migration ", order_.migration_id, " from ",
                                   home_, ": ", finding));
}

}  // namespace realm::chaos
