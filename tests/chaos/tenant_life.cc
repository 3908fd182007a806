#include "tests/chaos/tenant_life.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/substitute.h"

#include "coordinator/edge/sign_token.h"
#include "tests/support/eventually.h"

namespace realm::chaos {
namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

// Above those that were there at first.
constexpr int64_t kFirstOwnId = 1'000'000;
constexpr int64_t kOwnIdsMax = 400;
// From the end of the storm to a finding: with everything whole again, much more than is needed.
constexpr absl::Duration kPatience = absl::Minutes(10);
constexpr absl::Duration kBetweenPolls = absl::Milliseconds(20);

}  // namespace

bool AppDatabase::Connect() {
  if (connection_ != nullptr && PQstatus(connection_) == CONNECTION_OK) return true;
  PQfinish(connection_);
  connection_ = PQconnectdb((connection_string_ + " connect_timeout=5").c_str());
  PQsetNoticeProcessor(
      connection_, [](void*, const char*) {}, nullptr);
  return PQstatus(connection_) == CONNECTION_OK;
}

Said AppDatabase::Run(const std::string& sql) {
  if (!Connect()) return Said::kRefused;
  const Result result(PQexec(connection_, sql.c_str()), &PQclear);
  // A closed gate refuses the rows that a statement touches. One that is not there yet cannot be
  // deleted, and the app was told so.
  if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) {
    return absl::string_view(PQcmdTuples(result.get())) == "0" ? Said::kRefused : Said::kDone;
  }
  return PQstatus(connection_) == CONNECTION_OK ? Said::kRefused : Said::kUnknown;
}

std::optional<std::vector<std::string>> AppDatabase::Rows(const std::string& sql) {
  if (!Connect()) return std::nullopt;
  const Result result(PQexec(connection_, sql.c_str()), &PQclear);
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) return std::nullopt;
  std::vector<std::string> rows;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    std::vector<absl::string_view> fields;
    for (int field = 0; field < PQnfields(result.get()); ++field)
      fields.emplace_back(PQgetvalue(result.get(), row, field));
    rows.push_back(absl::StrJoin(fields, "|"));
  }
  return rows;
}

TenantLife::TenantLife(LifeOptions options)
    : options_(std::move(options)),
      random_(options_.seed),
      // Hooks are signed with the tenant's secret; this key signs nothing.
      platform_(edge::PlatformKey::Generate(), "unused", clock_) {
  for (const auto& [realm, connection] : options_.databases)
    databases_[realm] = std::make_unique<AppDatabase>(connection);
}

void TenantLife::Run() {
  seeded_ = SeededPart(home_);
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
  while (Poll() != "committed") {
    const auto reply = platform_.ReportTraffic(options_.site_at(target));
    if (!reply.ok()) ++options_.figures->unanswered;
    for (int i = 0; i < 3; ++i)
      Write();
    if (!HasPatience()) return Find("committed was never reached");
  }
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
  const auto reached = [&] { return std::count(words.begin(), words.end(), word) > 0; };
  while (!reached() && HasPatience()) {
    Eventually([] { return false; }, kBetweenPolls);
    Write();
    word = Poll();
  }
  if (reached()) return word;
  Find(absl::StrCat(absl::StrJoin(words, " or "), " was never reached; the last word was ", word));
  return "";
}

// One statement of the app: a new record, another text of one that is there, or its end.
void TenantLife::Write() {
  const bool grows = ledger_.size() < kOwnIdsMax && Draw(3) != 0;
  const int64_t id =
      kFirstOwnId + (grows || next_id_ == 0 ? next_id_++ : Draw(static_cast<int>(next_id_)));
  Entry& entry = ledger_[id];
  // What is not known is not built upon.
  if (entry.perhaps.has_value()) return;
  const bool ends = entry.text.has_value() && Draw(4) == 0;
  const std::string text = absl::StrCat("text ", ++next_text_, " of ", options_.tenant);
  const std::string sql =
      ends ? absl::Substitute("DELETE FROM issues WHERE tenant = '$0' AND id = $1", options_.tenant,
                              id)
           : absl::Substitute(
                 "INSERT INTO issues (tenant, id, title) VALUES ('$0', $1, '$2') ON CONFLICT "
                 "(tenant, id) DO UPDATE SET title = excluded.title",
                 options_.tenant, id, text);
  const std::optional<std::string> after = ends ? std::nullopt : std::make_optional(text);
  switch (databases_.at(writes_at_)->Run(sql)) {
    case Said::kDone:
      entry.text = after;
      ++options_.figures->written;
      return;
    case Said::kRefused:
      ++options_.figures->refused;
      return;
    case Said::kUnknown:
      entry.perhaps = after;
      ++options_.figures->unknown;
  }
}

std::vector<std::string> TenantLife::MustRows(const std::string& realm, const std::string& sql) {
  std::vector<std::string> rows;
  const bool asked = AwaitThat([&] {
    auto found = databases_.at(realm)->Rows(sql);
    if (found.has_value()) rows = *std::move(found);
    return found.has_value();
  });
  if (!asked) Find(absl::StrCat("the database of ", realm, " could not be asked"));
  return rows;
}

std::string TenantLife::SeededPart(const std::string& realm) {
  std::string part;
  for (const absl::string_view table : {"issues", "comments", "events"}) {
    const std::string own = table == "issues" ? absl::StrCat(" AND id < ", kFirstOwnId) : "";
    const auto rows = MustRows(
        realm, absl::Substitute("SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text "
                                "COLLATE \"C\")) FROM $0 t WHERE tenant = '$1'$2",
                                table, options_.tenant, own));
    absl::StrAppend(&part, table, " ", rows.empty() ? "?" : rows[0], "; ");
  }
  return part;
}

void TenantLife::Compare(const std::string& home, const std::string& away) {
  writes_at_ = home;
  const std::string seeded = SeededPart(home);
  if (seeded != seeded_) Find(absl::StrCat("in ", home, " is ", seeded, "instead of ", seeded_));
  CompareRecords(MustRows(home, absl::Substitute("SELECT id, title FROM issues WHERE tenant = '$0' "
                                                 "AND id >= $1 ORDER BY id",
                                                 options_.tenant, kFirstOwnId)));
  for (const absl::string_view table : {"issues", "comments", "events"}) {
    const auto left = MustRows(away, absl::Substitute("SELECT count(*) FROM $0 WHERE tenant = '$1'",
                                                      table, options_.tenant));
    if (left.empty() || left[0] != "0") {
      Find(
          absl::StrCat(left.empty() ? "?" : left[0], " records of ", table, " are left in ", away));
    }
  }
}

void TenantLife::CompareRecords(const std::vector<std::string>& rows) {
  std::map<int64_t, std::string> found;
  for (const std::string& row : rows) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(row, absl::MaxSplits('|', 1));
    int64_t id = 0;
    if (!absl::SimpleAtoi(parts.first, &id)) Find("a record without a number");
    if (!found.emplace(id, parts.second).second) Find(absl::StrCat("record ", id, " is doubled"));
  }
  for (auto& [id, entry] : ledger_) {
    ++options_.figures->compared;
    const auto at = found.find(id);
    const std::optional<std::string> text =
        at == found.end() ? std::nullopt : std::make_optional(at->second);
    const bool perhaps = entry.perhaps.has_value() && text == *entry.perhaps;
    if (text != entry.text && !perhaps) {
      Find(absl::StrCat("record ", id, " is ", text.value_or("not there"),
                        " and was acknowledged as ", entry.text.value_or("deleted")));
    }
    entry.text = text;
    entry.perhaps.reset();
    if (at != found.end()) found.erase(at);
  }
  for (const auto& [id, text] : found)
    Find(absl::StrCat("record ", id, " was never written: ", text));
}

bool TenantLife::AwaitThat(absl::FunctionRef<bool()> holds) {
  for (;;) {
    if (Eventually(holds, kBetweenPolls)) return true;
    if (!HasPatience()) return false;
  }
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
