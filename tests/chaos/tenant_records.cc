#include "tests/chaos/tenant_records.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"

namespace realm::chaos {
namespace {

// Above those that were there at first.
constexpr int64_t kFirstOwnId = 1'000'000;
constexpr int64_t kOwnIdsMax = 400;
constexpr absl::string_view kTables[] = {"issues", "comments", "events"};

}  // namespace

TenantRecords::TenantRecords(std::string tenant,
                             const std::map<std::string, std::string>& databases, uint64_t seed,
                             RecordFigures* figures)
    : tenant_(std::move(tenant)), figures_(figures), random_(seed) {
  for (const auto& [realm, connection] : databases)
    databases_[realm] = std::make_unique<AppDatabase>(connection);
}

bool TenantRecords::Remember(const std::string& home) {
  auto seeded = SeededPart(home);
  if (seeded.has_value()) seeded_ = *std::move(seeded);
  return !seeded_.empty();
}

void TenantRecords::Write(const std::string& realm) {
  const bool grows = next_id_ == 0 || (next_id_ < kOwnIdsMax && Draw(3) != 0);
  const int64_t id = kFirstOwnId + (grows ? next_id_++ : Draw(static_cast<int>(next_id_)));
  if (ledger_.IsInDoubt(id)) return;
  const bool ends = ledger_.TextOf(id).has_value() && Draw(4) == 0;
  const std::string text = absl::StrCat("text ", ++next_text_, " of ", tenant_);
  const std::string sql =
      ends ? absl::Substitute("DELETE FROM issues WHERE tenant = '$0' AND id = $1", tenant_, id)
           : absl::Substitute(
                 "INSERT INTO issues (tenant, id, title) VALUES ('$0', $1, '$2') ON CONFLICT "
                 "(tenant, id) DO UPDATE SET title = excluded.title",
                 tenant_, id, text);
  const Said said = databases_.at(realm)->Run(sql);
  ledger_.Note(id, ends ? Ledger::Text() : text, said);
  ++(said == Said::kDone      ? figures_->written
     : said == Said::kRefused ? figures_->refused
                              : figures_->unknown);
}

// Number and checksum of what the app never changes, table by table.
std::optional<std::string> TenantRecords::SeededPart(const std::string& realm) {
  std::string part;
  for (const absl::string_view table : kTables) {
    const std::string own = table == "issues" ? absl::StrCat(" AND id < ", kFirstOwnId) : "";
    const auto rows = databases_.at(realm)->Rows(
        absl::Substitute("SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text "
                         "COLLATE \"C\")) FROM $0 t WHERE tenant = '$1'$2",
                         table, tenant_, own));
    if (!rows.has_value() || rows->empty()) return std::nullopt;
    absl::StrAppend(&part, table, " ", rows->front(), "; ");
    int64_t count = 0;
    const std::pair<std::string, std::string> fields = absl::StrSplit(rows->front(), '|');
    if (absl::SimpleAtoi(fields.first, &count)) figures_->checksummed += count;
  }
  return part;
}

std::optional<std::vector<std::string>> TenantRecords::LeftIn(const std::string& realm) {
  std::vector<std::string> left;
  for (const absl::string_view table : kTables) {
    const auto rows = databases_.at(realm)->Rows(
        absl::Substitute("SELECT count(*) FROM $0 WHERE tenant = '$1'", table, tenant_));
    if (!rows.has_value() || rows->empty()) return std::nullopt;
    if (rows->front() == "0") continue;
    left.push_back(absl::StrCat(rows->front(), " records of ", table, " are left in ", realm));
  }
  return left;
}

std::optional<std::vector<std::string>> TenantRecords::Compare(const std::string& home,
                                                               const std::string& away) {
  const auto seeded = SeededPart(home);
  const auto own = databases_.at(home)->Rows(absl::Substitute(
      "SELECT id, title FROM issues WHERE tenant = '$0' AND id >= $1", tenant_, kFirstOwnId));
  const auto left = LeftIn(away);
  if (!seeded.has_value() || !own.has_value() || !left.has_value()) return std::nullopt;
  std::vector<std::string> wrong = ledger_.Compare(*own);
  figures_->compared += static_cast<int64_t>(ledger_.size());
  wrong.insert(wrong.end(), left->begin(), left->end());
  if (*seeded != seeded_) {
    wrong.push_back(absl::StrCat("in ", home, " is ", *seeded, "instead of ", seeded_));
  }
  return wrong;
}

}  // namespace realm::chaos
