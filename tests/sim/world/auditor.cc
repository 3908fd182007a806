#include "tests/sim/world/auditor.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "coordinator/core/view.h"

namespace realm::sim {
namespace {

// How far the words of status may go on, and never back. A word that is not here is no word.
int RankOf(const std::string& word) {
  static const auto* ranks = new std::map<std::string, int>{
      {"unknown", 0},     {"scheduled", 1},  {"copying", 2},      {"ready-to-commit", 3},
      {"failed", 3},      {"committing", 4}, {"rolling-back", 5}, {"committed", 6},
      {"rolled-back", 6}, {"cancelled", 6}};
  const auto found = ranks->find(word);
  return found == ranks->end() ? -1 : found->second;
}

bool MayFollow(const std::string& before, const std::string& after) {
  if (before == after) return true;
  if (RankOf(after) <= RankOf(before)) return false;
  if (before == "failed") return after == "rolling-back" || after == "rolled-back";
  if (before == "rolling-back") return after == "rolled-back";
  // What was acknowledged as ready does not fail by itself.
  if (after == "failed") return before != "ready-to-commit" && before != "committing";
  return true;
}

}  // namespace

void Auditor::AddTenant(const TenantSpec& spec) {
  Account& account = accounts_[spec.id];
  account.birth = account.home = account.directory_realm = spec.realm;
  account.allowed = {places_.at(spec.realm)};
  for (const RealmStore* store : stores_) {
    Ledger& ledger = account.ledgers[store->dataset()];
    if (store->place() != places_.at(spec.realm)) continue;
    for (const auto& [key, value] : store->Find(spec.id)->records) {
      ledger.latest[key] = value;
      ledger.written[key] = absl::ZeroDuration();
    }
  }
  for (const RealmStore* store : stores_) {
    Ledger& ledger = account.ledgers[store->dataset()];
    for (const auto& [key, value] : ledger.latest)
      Compare(*store, &ledger, spec.id, key);
  }
}

void Auditor::OnOrdered(const std::string& tenant, const std::string& target) {
  accounts_.at(tenant).allowed.insert(places_.at(target));
}

void Auditor::OnUndecided(const std::string& tenant, const std::string& realm) {
  accounts_.at(tenant).maybe = realm;
}

void Auditor::OnDecided(const std::string& tenant, const std::string& realm) {
  Account& account = accounts_.at(tenant);
  account.maybe.clear();
  if (account.home == realm) return;
  account.home = realm;
  account.arriving = !IsOpen(tenant, places_.at(realm), false);
}

void Auditor::OnRead(const RealmStore& store, const std::string& tenant, const std::string& key,
                     const std::optional<std::string>& value) {
  const Ledger& ledger = accounts_.at(tenant).ledgers.at(store.dataset());
  const auto found = ledger.latest.find(key);
  const std::optional<std::string> latest =
      found == ledger.latest.end() ? std::nullopt : found->second;
  if (value == latest) return;
  Violate("read-latest", tenant,
          absl::StrCat(store.place(), " serves another version of ", store.dataset(), "/", key,
                       " than the last that was acknowledged"));
}

Auditor::Told& Auditor::ToldOf(const std::string& tenant, const std::string& migration) {
  const auto [told, is_new] = accounts_.at(tenant).told.try_emplace(migration);
  if (is_new) told->second.history = histories_;
  return told->second;
}

void Auditor::OnAnswer(const std::string& tenant, const std::string& migration,
                       const std::string& hook, const std::string& word) {
  Told& told = ToldOf(tenant, migration);
  const auto [first, is_new] = told.answers.emplace(hook, word);
  if (!is_new && first->second != word && !restored()) {
    Violate(
        "replay-same", tenant,
        absl::StrCat(hook, " of ", migration, " was answered ", first->second, " and then ", word));
  }
  // A receipt repeats what was true then; it says nothing about now.
  if (is_new && RankOf(word) > RankOf(told.word.empty() ? "unknown" : told.word)) {
    Hear(tenant, migration, word);
  }
}

// A restored coordinator may have lost it: the tenant has to install again then.
void Auditor::OnSigned(const std::string& tenant, int secret, int kept) {
  const Account& account = accounts_.at(tenant);
  // What was told and not acknowledged may be kept.
  if (restored() || (account.secret <= kept && kept <= secret)) return;
  Violate("secret-kept", tenant,
          absl::StrCat("signed with secret ", secret, "; ", account.secret,
                       " was acknowledged, and ", kept, " is kept"));
}

void Auditor::OnStatus(const std::string& tenant, const std::string& migration,
                       const std::string& word) {
  if (RankOf(word) < 0) Violate("status-true", tenant, absl::StrCat("status said ", word));
  if (word == "unknown" && !LastWord(tenant, migration).empty() && !restored()) {
    Violate("answer-durable", tenant,
            absl::StrCat(migration, " is unknown after ", LastWord(tenant, migration)));
  }
}

void Auditor::Hear(const std::string& tenant, const std::string& migration,
                   const std::string& word) {
  Told& told = ToldOf(tenant, migration);
  if (!told.word.empty() && !MayFollow(told.word, word) && !restored()) {
    // An answer may be overtaken by a later word, but what was said stays said.
    if (RankOf(word) < RankOf(told.word) || RankOf(word) == 6 || word == "failed") {
      Violate("answer-durable", tenant,
              absl::StrCat(migration, " went from ", told.word, " to ", word));
    }
  }
  if (word == "copying" && told.copying_since == absl::InfiniteDuration()) {
    told.copying_since = ground_->loop.now();
  }
  told.word = word;
}

void Auditor::Compare(const RealmStore& store, Ledger* ledger, const std::string& tenant,
                      const std::string& key) {
  const auto& records = store.Find(tenant)->records;
  const auto there = records.find(key);
  const auto latest = ledger->latest.find(key);
  const bool wanted = latest != ledger->latest.end() && latest->second.has_value();
  const bool same =
      wanted ? there != records.end() && there->second == *latest->second : there == records.end();
  std::set<std::string>& differs = ledger->differs[store.place()];
  if (same) {
    differs.erase(key);
  } else {
    differs.insert(key);
  }
}

void Auditor::OnAppWrite(const RealmStore& store, const std::string& tenant, const std::string& key,
                         const std::optional<std::string>& value) {
  Account& account = accounts_.at(tenant);
  Ledger& ledger = account.ledgers[store.dataset()];
  const std::set<std::string>& differs = ledger.differs[store.place()];
  // What the tenant adds to must be what it had.
  if (!differs.empty() && !(differs.size() == 1 && *differs.begin() == key)) {
    Violate("write-into-whole", tenant,
            absl::StrCat(store.place(), " accepted a write to ", store.dataset(), " while ",
                         differs.size(), " of its records are not the latest"));
  }
  ledger.latest[key] = value;
  ledger.written[key] = ground_->loop.now();
  for (const RealmStore* each : stores_) {
    if (each->dataset() == store.dataset()) Compare(*each, &ledger, tenant, key);
  }
}

void Auditor::OnJobWrite(const RealmStore& store, const std::string& tenant, const std::string& key,
                         const std::optional<std::string>& value) {
  const auto found = accounts_.find(tenant);
  if (found == accounts_.end()) return;
  Account& account = found->second;
  Ledger& ledger = account.ledgers[store.dataset()];
  Compare(store, &ledger, tenant, key);
  if (restored() && value) ledger.copied[store.place()][key] = histories_;
  const auto leftovers = ledger.leftovers.find(store.place());
  if (leftovers != ledger.leftovers.end() && leftovers->second.count(key) > 0) {
    Violate("leftover-kept", tenant,
            absl::StrCat(store.dataset(), "/", key, " in ", store.place(),
                         " is of nobody known, and a job changed it"));
  }
  if (account.allowed.count(store.place()) == 0) {
    Violate("two-realms-only", tenant,
            absl::StrCat("a record was written or removed in ", store.place()));
  }
  const auto latest = ledger.latest.find(key);
  const bool wanted = latest != ledger.latest.end() && latest->second.has_value();
  if (ledger.differs[store.place()].count(key) == 0) return;
  const bool elsewhere = std::any_of(stores_.begin(), stores_.end(), [&](const RealmStore* each) {
    return each->dataset() == store.dataset() && ledger.differs[each->place()].count(key) == 0;
  });
  if (wanted && !elsewhere) {
    Violate("no-loss", tenant,
            absl::StrCat("the latest ", store.dataset(), "/", key, " is in no realm any more"));
  }
  // Where the platform sends the tenant, or may still send it back to, stays whole.
  const bool settled_here = places_.at(account.home) == store.place();
  if (settled_here && !account.arriving) {
    Violate("home-whole", tenant,
            absl::StrCat(store.dataset(), "/", key, " was changed in ", store.place(),
                         " by a job, where the tenant is", value ? "" : " (removed)"));
  }
}

bool Auditor::IsBlocking(const std::string& dataset) const {
  for (const TransferSpec& transfer : ground_->scenario.app.transfers) {
    if (transfer.name == dataset) return transfer.blocking;
  }
  return true;
}

std::string Auditor::FindStale(const Account& account, const std::string& place,
                               bool blocking_only) const {
  for (const auto& [dataset, ledger] : account.ledgers) {
    if (blocking_only && !IsBlocking(dataset)) continue;
    if (ledger.IsWholeAt(place)) continue;
    return absl::StrCat(dataset, "/", *ledger.differs.at(place).begin());
  }
  return "";
}

bool Auditor::IsClosedBefore(const std::string& tenant, const std::string& place,
                             uint64_t generation) const {
  return std::any_of(stores_.begin(), stores_.end(), [&](const RealmStore* store) {
    const worker::Control& control = store->Find(tenant)->control;
    return store->place() == place && control.access == worker::Access::kClosed &&
           control.access_generation < generation;
  });
}

bool Auditor::IsWholeBetween(const Account& account, const std::string& one,
                             const std::string& other) const {
  return std::all_of(account.ledgers.begin(), account.ledgers.end(), [&](const auto& each) {
    return each.second.IsWholeAt(one) || each.second.IsWholeAt(other);
  });
}

bool Auditor::IsWholeSomewhere(const Account& account) const {
  return std::all_of(account.ledgers.begin(), account.ledgers.end(), [&](const auto& each) {
    return std::any_of(places_.begin(), places_.end(),
                       [&](const auto& realm) { return each.second.IsWholeAt(realm.second); });
  });
}

bool Auditor::IsOpen(const std::string& tenant, const std::string& place,
                     bool blocking_only) const {
  return std::all_of(stores_.begin(), stores_.end(), [&](const RealmStore* store) {
    if (store->place() != place || (blocking_only && !IsBlocking(store->dataset()))) return true;
    return store->Find(tenant)->control.access == worker::Access::kOpen;
  });
}

void Auditor::OnAccess(const RealmStore& store, const std::string& tenant) {
  const auto found = accounts_.find(tenant);
  if (found == accounts_.end()) return;
  Account& account = found->second;
  if (store.Find(tenant)->control.access == worker::Access::kClosed) return;
  if (places_.at(account.home) == store.place() && IsOpen(tenant, store.place(), false)) {
    account.arriving = false;
  }
  std::set<std::string> open;
  for (const RealmStore* each : stores_) {
    const worker::Control& control = each->Find(tenant)->control;
    const bool explicitly = control.access_epoch > 0 || each->place() == places_.at(account.birth);
    if (control.access == worker::Access::kOpen && explicitly) open.insert(each->place());
  }
  if (open.size() > 1) {
    Violate("one-writable", tenant,
            absl::StrCat("opened in ", store.place(), " while another realm is open too"));
  }
  const auto differs = account.ledgers.at(store.dataset()).differs.find(store.place());
  if (differs != account.ledgers.at(store.dataset()).differs.end() && !differs->second.empty()) {
    Violate("open-whole", tenant,
            absl::StrCat(store.dataset(), " was opened in ", store.place(), " with ",
                         differs->second.size(), " records not the latest"));
  }
  const bool decided = account.maybe.empty() && places_.at(account.home) == store.place();
  if (!decided && !ground_->scenario.app.terms.accept_elapsed) {
    Violate(
        "open-decided", tenant,
        absl::StrCat("opened in ", store.place(), " although the platform has not decided for it"));
  }
}

void Auditor::OnLeftover(const RealmStore& store, const std::string& tenant,
                         const std::string& key) {
  Ledger& ledger = accounts_.at(tenant).ledgers[store.dataset()];
  ledger.leftovers[store.place()].insert(key);
  Compare(store, &ledger, tenant, key);
}

std::string Auditor::LastWord(const std::string& tenant, const std::string& migration) const {
  const Account& account = accounts_.at(tenant);
  const auto told = account.told.find(migration);
  return told == account.told.end() ? "" : told->second.word;
}

int64_t Auditor::CountAt(const std::string& tenant, const std::string& realm, int history) const {
  int64_t count = 0;
  for (const RealmStore* store : stores_) {
    if (store->place() != places_.at(realm)) continue;
    const Ledger& ledger = accounts_.at(tenant).ledgers.at(store->dataset());
    const auto leftovers = ledger.leftovers.find(store->place());
    const auto copied = ledger.copied.find(store->place());
    for (const auto& [key, value] : store->Find(tenant)->records) {
      if (leftovers != ledger.leftovers.end() && leftovers->second.count(key) > 0) continue;
      const bool is_noted = copied != ledger.copied.end() && copied->second.count(key) > 0;
      if ((is_noted ? copied->second.at(key) : 0) >= history) ++count;
    }
  }
  return count;
}

const Auditor::Latest& Auditor::LatestOf(const std::string& tenant,
                                         const std::string& dataset) const {
  return accounts_.at(tenant).ledgers.at(dataset).latest;
}

}  // namespace realm::sim
