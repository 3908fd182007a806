#include "tests/sim/process/tenant_app.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"

#include "common/check.h"
#include "tests/support/eventually.h"
#include "tests/support/worker/postgres_database.h"

namespace realm::sim {

using chaos::AppDatabase;
using chaos::Ledger;
using chaos::Said;

namespace {

constexpr absl::Duration kRequestPatience = absl::Minutes(1);
// A request opens after the platform's own gate, and a realm after the end of its move.
constexpr absl::Duration kOpenPatience = absl::Seconds(20);
constexpr absl::Duration kBetweenMin = absl::Milliseconds(5);
constexpr absl::Duration kBetweenReports = absl::Milliseconds(100);
// Far above the tenant's own.
constexpr int64_t kFirstLeftover = 1'000'000;
constexpr int kLeftovers = 2;

// Conditions for a tenant's records: those that are its own, and those that were there before.
std::string IsOwn() {
  return absl::StrCat("id < ", kFirstLeftover);
}

std::string IsLeft() {
  return absl::StrCat("id >= ", kFirstLeftover);
}

}  // namespace

TenantApp::TenantApp(const Scenario& scenario, const TenantSpec& tenant, RealSystem* system,
                     const Pace* pace, RunLog* log, uint64_t seed)
    : scenario_(scenario),
      tenant_(tenant),
      system_(system),
      pace_(pace),
      log_(log),
      random_(seed),
      platform_(system->MakePlatform()),
      route_(tenant.realm),
      ledgers_(scenario.app.transfers.size()) {}

void TenantApp::Seed() {
  const absl::MutexLock lock(&mutex_);
  worker::AppSession session(system_->ConnectionOf(tenant_.realm));
  for (size_t part = 0; part < scenario_.app.transfers.size(); ++part) {
    const auto found = tenant_.data.find(scenario_.app.transfers[part].name);
    const int records = found == tenant_.data.end() ? 0 : found->second;
    session.Must(
        absl::Substitute("INSERT INTO $0 SELECT '$1', n, 'record ' || n || ' of $1' "
                         "FROM generate_series(1, $2) n",
                         TableOf(part), tenant_.id, records));
    for (int id = 1; id <= records; ++id)
      ledgers_[part].Note(id, absl::StrCat("record ", id, " of ", tenant_.id), Said::kDone);
  }
}

void TenantApp::Run(const std::atomic<bool>& over) {
  const bool writes = tenant_.writes_per_second > 0;
  // Without writes it reads: what matters is where.
  const absl::Duration each = writes ? absl::Seconds(1) / tenant_.writes_per_second
                                     : scenario_.platform.first_request_max / 2;
  const absl::Duration between = std::max(pace_->Real(each), kBetweenMin);
  while (!over) {
    Request(writes);
    Eventually([&] { return over.load(); }, between);
  }
}

void TenantApp::Request(bool writes) {
  const absl::MutexLock lock(&mutex_);
  const absl::Duration now = pace_->clock().Monotonic();
  if (now - reported_ >= kBetweenReports) {
    reported_ = now;
    const auto reply = platform_->ReportTraffic(system_->SiteOf(tenant_.id, route_));
    log_->Count(reply.ok() && reply->status == 200 ? "request/reported" : "request/not-reported");
  }
  if (writes) Write();
}

void TenantApp::Route(const std::string& realm) {
  const absl::MutexLock lock(&mutex_);
  if (route_ != realm) log_->Say(tenant_.id, absl::StrCat("is sent to ", realm));
  route_ = realm;
}

std::string TenantApp::route() const {
  const absl::MutexLock lock(&mutex_);
  return route_;
}

AppDatabase& TenantApp::DatabaseOf(const std::string& realm) {
  std::unique_ptr<AppDatabase>& database = databases_[realm];
  if (database == nullptr) database = std::make_unique<AppDatabase>(system_->ConnectionOf(realm));
  return *database;
}

// A new record, another text of one that is there, or its end.
Said TenantApp::Write() {
  const size_t part = random_() % scenario_.app.transfers.size();
  const auto data = tenant_.data.find(scenario_.app.transfers[part].name);
  const int64_t records = data == tenant_.data.end() ? 0 : data->second;
  const int64_t id = 1 + static_cast<int64_t>(random_() % static_cast<uint64_t>(records + 20));
  Ledger& ledger = ledgers_[part];
  if (ledger.IsInDoubt(id) || spoiled_.count({part, id}) > 0) return Said::kRefused;
  const bool ends = ledger.TextOf(id).has_value() && random_() % 4 == 0;
  const std::string text = absl::StrCat("text ", ++next_text_, " of ", tenant_.id);
  const std::string sql =
      ends ? absl::Substitute("DELETE FROM $0 WHERE tenant = '$1' AND id = $2", TableOf(part),
                              tenant_.id, id)
           : absl::Substitute(
                 "INSERT INTO $0 VALUES ('$1', $2, '$3') ON CONFLICT (tenant, id) DO "
                 "UPDATE SET text = excluded.text",
                 TableOf(part), tenant_.id, id, text);
  const Said said = DatabaseOf(route_).Run(sql);
  log_->Count(said == Said::kDone      ? "write/acknowledged"
              : said == Said::kRefused ? "write/refused"
                                       : "write/unknown");
  ledger.Note(id, ends ? Ledger::Text() : text, said);
  return said;
}

bool TenantApp::CanWrite() {
  return Eventually(
      [this] {
        const absl::MutexLock lock(&mutex_);
        return Write() == Said::kDone;
      },
      kOpenPatience);
}

void TenantApp::LeaveRecords(const std::string& realm) {
  const absl::MutexLock lock(&mutex_);
  if (PlaceOf(scenario_, realm) == PlaceOf(scenario_, route_)) return;
  worker::AppSession session(system_->ConnectionOf(realm));
  for (size_t part = 0; part < scenario_.app.transfers.size(); ++part) {
    const absl::Status left = session.Run(absl::Substitute(
        "INSERT INTO $0 SELECT '$1', n, 'whose?' FROM generate_series($2, $3) n", TableOf(part),
        tenant_.id, kFirstLeftover, kFirstLeftover + kLeftovers - 1));
    // Behind a closed gate nobody but the copy can write.
    if (left.ok()) leftovers_[realm] += kLeftovers;
  }
}

void TenantApp::Poison(const std::string& realm) {
  Spoil(realm, "RAISE check_violation USING MESSAGE = 'poisoned';");
}

void TenantApp::Garble(const std::string& realm) {
  Spoil(realm, "IF arrival = 1 THEN NEW.text := 'garbled'; END IF; RETURN NEW;");
}

// Does `deed` to one record whenever it comes to `realm`. A number that was drawn is not given back
// when its transaction is.
void TenantApp::Spoil(const std::string& realm, absl::string_view deed) {
  const absl::MutexLock lock(&mutex_);
  for (size_t part = 0; part < ledgers_.size(); ++part) {
    for (int64_t id = 1; id <= static_cast<int64_t>(ledgers_[part].size()); ++id) {
      if (!ledgers_[part].TextOf(id).has_value() || ledgers_[part].IsInDoubt(id)) continue;
      const std::string name = absl::StrCat("spoils_", tenant_.id, "_", part, "_", id);
      if (!spoiled_.insert({{part, id}, {realm, name}}).second) continue;
      worker::AppSession session(system_->ConnectionOf(realm));
      session.Must(absl::Substitute("CREATE SEQUENCE \"$0_arrivals\"", name));
      session.Must(absl::Substitute(
          "CREATE FUNCTION \"$0\"() RETURNS trigger LANGUAGE plpgsql AS $$q$$ DECLARE arrival "
          "bigint := "
          "nextval(quote_ident(TG_NAME || '_arrivals')::regclass); BEGIN $1 END $$q$$",
          name, deed));
      session.Must(
          absl::Substitute("CREATE TRIGGER \"$0\" BEFORE INSERT OR UPDATE ON $1 FOR EACH ROW "
                           "WHEN (NEW.tenant = '$2' AND NEW.id = $3) EXECUTE FUNCTION \"$0\"()",
                           name, TableOf(part), tenant_.id, id));
      // Also for sessions that replicate.
      session.Must(
          absl::Substitute("ALTER TABLE $0 ENABLE ALWAYS TRIGGER \"$1\"", TableOf(part), name));
      return;
    }
  }
}

std::vector<std::string> TenantApp::MustRows(const std::string& realm, const std::string& sql) {
  std::vector<std::string> rows;
  AppDatabase& database = DatabaseOf(realm);
  const bool asked = Eventually(
      [&] {
        auto found = database.Rows(sql);
        if (found.has_value()) rows = *std::move(found);
        return found.has_value();
      },
      kRequestPatience);
  REALM_CHECK(asked, "the database of ", realm, " could not be asked");
  return rows;
}

int64_t TenantApp::Count(const std::string& realm, size_t part, absl::string_view condition) {
  const auto rows =
      MustRows(realm, absl::Substitute("SELECT count(*) FROM $0 WHERE tenant = '$1' AND $2",
                                       TableOf(part), tenant_.id, condition));
  int64_t count = 0;
  REALM_CHECK(rows.size() == 1 && absl::SimpleAtoi(rows[0], &count), "count");
  return count;
}

void TenantApp::CompareTable(size_t part, std::vector<std::string>* wrong) {
  const auto rows =
      MustRows(route_, absl::Substitute("SELECT id, text FROM $0 WHERE tenant = '$1' AND $2",
                                        TableOf(part), tenant_.id, IsOwn()));
  for (const std::string& finding : ledgers_[part].Compare(rows))
    wrong->push_back(absl::StrCat(scenario_.app.transfers[part].name, ": ", finding));
}

Holdings TenantApp::Compare() {
  const absl::MutexLock lock(&mutex_);
  Holdings holdings;
  std::map<std::string, bool> seen = {{PlaceOf(scenario_, route_), true}};
  for (size_t part = 0; part < scenario_.app.transfers.size(); ++part)
    CompareTable(part, &holdings.wrong);
  for (const RealmSpec& realm : scenario_.realms) {
    const std::string& place = PlaceOf(scenario_, realm.code);
    if (std::exchange(seen[place], true)) continue;
    for (size_t part = 0; part < scenario_.app.transfers.size(); ++part) {
      const int64_t count = Count(realm.code, part, IsOwn());
      if (count > 0) holdings.elsewhere[place] += count;
    }
  }
  for (const auto& [record, where] : spoiled_) {
    const auto rows =
        MustRows(where.first,
                 absl::Substitute(
                     "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM \"$0_arrivals\"",
                     where.second));
    log_->Say(tenant_.id, absl::StrCat("a spoiled record came ", rows.at(0), " times"));
  }
  for (const auto& [realm, left] : leftovers_) {
    holdings.leftovers_gone += left;
    for (size_t part = 0; part < scenario_.app.transfers.size(); ++part)
      holdings.leftovers_gone -= Count(realm, part, IsLeft());
  }
  return holdings;
}

}  // namespace realm::sim
