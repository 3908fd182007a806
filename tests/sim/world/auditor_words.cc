// What the auditor makes of rows that can be seen from outside: words of status, and the directory.

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "coordinator/core/view.h"
#include "tests/sim/world/auditor.h"

namespace realm::sim {

void Auditor::OnMigration(const coordinator::Migration& row) {
  const std::string& tenant = row.key.tenant.value();
  const std::string& migration = row.key.migration.value();
  if (accounts_.count(tenant) == 0) return;
  const std::string word(coordinator::StatusWord(row));
  if (LastWord(tenant, migration) == word) return;
  ground_->Log("status", migration, " ", word);
  Hear(tenant, migration, word);
  if (row.no_op || row.source.empty() || row.source == row.target) return;
  if (word == "ready-to-commit") CheckReady(row, ToldOf(tenant, migration));
  if (word == "committed" || word == "rolled-back") CheckEnded(row, word);
}

// Whatever the tenant had before the copy began, and has not changed since, is at the target.
void Auditor::CheckReady(const coordinator::Migration& row, const Told& told) {
  const std::string& tenant = row.key.tenant.value();
  const std::string& place = places_.at(row.target.value());
  for (auto& [dataset, ledger] : accounts_.at(tenant).ledgers) {
    if (!IsBlocking(dataset)) continue;
    for (const std::string& key : ledger.differs[place]) {
      const auto written = ledger.written.find(key);
      if (written == ledger.written.end() || written->second >= told.copying_since) continue;
      Violate("status-true", tenant,
              absl::StrCat(row.key.migration.value(), " is ready-to-commit without ", dataset, "/",
                           key));
      return;
    }
  }
}

void Auditor::CheckEnded(const coordinator::Migration& row, const std::string& word) {
  const std::string& tenant = row.key.tenant.value();
  const Account& account = accounts_.at(tenant);
  const bool committed = word == "committed";
  const std::string& kept = (committed ? row.target : row.source).value();
  const std::string& left = (committed ? row.source : row.target).value();
  // A move that was lost with a history had sealed the source: nobody here knows of that, and this
  // one was refused there.
  const bool after_lost_move =
      restored() && !committed &&
      IsClosedBefore(tenant, places_.at(row.source.value()), row.scheduled_generation);
  // And what it copied is not this one's to remove.
  const int since = committed ? 0 : ToldOf(tenant, row.key.migration.value()).history;
  const int64_t behind = CountAt(tenant, left, since);
  if (behind > 0) {
    Violate("nothing-left", tenant,
            absl::StrCat(row.key.migration.value(), " is ", word, " and ", behind,
                         " records are left in ", left));
  }
  // Ordered from a realm that the tenant had left by a move which was lost with a history, and is
  // in neither of the two: nothing has come of it.
  const bool is_elsewhere = account.maybe.empty() && account.home != kept && account.home != left;
  if (restored() && !committed && is_elsewhere) {
    if (IsWholeBetween(account, places_.at(account.home), places_.at(kept))) return;
    Violate("end-whole", tenant,
            absl::StrCat(row.key.migration.value(), " is ", word, " and not all is in ",
                         account.home, " or ", kept));
    return;
  }
  if (!IsWhole(account, places_.at(kept), false)) {
    Violate("end-whole", tenant,
            absl::StrCat(row.key.migration.value(), " is ", word, " and ", kept,
                         " does not hold the latest of every record"));
  }
  if (!IsOpen(tenant, places_.at(kept), false) && !after_lost_move) {
    Violate("end-open", tenant,
            absl::StrCat(row.key.migration.value(), " is ", word, " and ", kept,
                         " does not take the tenant's writes"));
  }
  const bool decided = account.maybe.empty() && account.home == kept;
  if (!decided && !ground_->scenario.app.terms.accept_elapsed) {
    Violate("end-decided", tenant,
            absl::StrCat(row.key.migration.value(), " is ", word,
                         " and the platform has not decided for ", kept));
  }
}

void Auditor::OnTenant(const coordinator::Tenant& row) {
  const auto found = accounts_.find(row.key.tenant.value());
  if (found == accounts_.end()) return;
  const std::string& tenant = found->first;
  Account& account = found->second;
  const bool changed =
      row.realm.value() != account.directory_realm || row.writable != account.directory_writable;
  if (!restored() &&
      (row.epoch < account.directory_epoch || (changed && row.epoch == account.directory_epoch))) {
    Violate("directory-epoch", tenant, "the entry changed and its epoch did not grow");
  }
  const bool moved = row.realm.value() != account.directory_realm;
  account.born_again |= row.version == 1 && row.generation > 1;
  account.directory_epoch = row.epoch;
  account.directory_realm = row.realm.value();
  account.directory_writable = row.writable;
  const std::string& place = places_.at(row.realm.value());
  if (moved && !restored() && !IsWhole(account, place, true)) {
    Violate("directory-whole", tenant,
            absl::StrCat("the directory names ", row.realm.value(), ", where the last version of ",
                         FindStale(account, place, true), " is not"));
  }
  if (changed && row.writable && !restored() && !IsOpen(tenant, place, true)) {
    Violate("directory-writable", tenant,
            absl::StrCat("the directory calls ", row.realm.value(), " writable, and it is closed"));
  }
}

void Auditor::CheckEnd() {
  for (const TenantSpec& spec : ground_->scenario.tenants) {
    const std::string& tenant = spec.id;
    const Account& account = accounts_.at(tenant);
    const std::string& home = places_.at(account.home);
    // Of a move that was lost with a history nobody here knows any more: what had not gone over yet
    // is where it was, dataset by dataset.
    const std::string& keeper = restored() ? account.directory_realm : account.home;
    // An entry that was lost too says nothing of where the tenant was.
    const bool whole = account.born_again ? IsWholeSomewhere(account)
                                          : IsWholeBetween(account, home, places_.at(keeper));
    if (!whole) {
      Violate("end-whole", tenant,
              absl::StrCat("the tenant is at ", account.home,
                           ", which does not hold the latest of every record"));
    }
    if (account.directory_realm != account.home && !restored()) {
      Violate("directory-agrees", tenant,
              absl::StrCat("the directory says ", account.directory_realm,
                           " and the platform is at ", account.home));
    }
    for (const auto& [realm, place] : places_) {
      if (place == home || CountAt(tenant, realm) == 0 || restored()) continue;
      Violate("nothing-left", tenant,
              absl::StrCat(CountAt(tenant, realm), " records are in ", realm, " at the end"));
    }
  }
}

}  // namespace realm::sim
