// Watches stores, directory and answers from outside, and says what a customer would call broken.
//
// It knows nothing of the states of a migration, of jobs or of epochs' meaning: only what tenants
// wrote and had acknowledged, what is in the stores now, where the platform sends the tenant, and
// the words that the platform is told.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_AUDITOR_H_
#define REALMSHIFT_TESTS_SIM_WORLD_AUDITOR_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "absl/time/time.h"

#include "tests/sim/world/coordinator_node.h"
#include "tests/sim/world/ground.h"
#include "tests/sim/world/realm_store.h"

namespace realm::sim {

class Auditor final : public StoreWatcher, public RowWatcher {
 public:
  explicit Auditor(Ground* ground) : ground_(ground) {}

  // --- What there is, before the run begins. ---
  void AddStore(const RealmStore* store) { stores_.push_back(store); }
  void AddRealm(const std::string& realm, const std::string& place) { places_[realm] = place; }
  void AddTenant(const TenantSpec& spec);

  // --- What the platform and the tenants do. ---
  void OnOrdered(const std::string& tenant, const std::string& target);
  // From now on the platform may send the tenant to `realm` as well.
  void OnUndecided(const std::string& tenant, const std::string& realm);
  // For good: it cannot go back.
  void OnDecided(const std::string& tenant, const std::string& realm);
  void OnRead(const RealmStore& store, const std::string& tenant, const std::string& key,
              const std::optional<std::string>& value);
  // A hook was answered with success.
  void OnAnswer(const std::string& tenant, const std::string& migration, const std::string& hook,
                const std::string& word);
  // The platform has given the tenant another secret, and that was acknowledged.
  void OnSecret(const std::string& tenant, int secret) { accounts_.at(tenant).secret = secret; }
  // A hook comes that is signed with `secret`, and its signature is checked with `kept`. Secrets
  // are numbers, each one more than that before it; `kept` is -1 if there is none.
  void OnSigned(const std::string& tenant, int secret, int kept);
  // Status was answered.
  void OnStatus(const std::string& tenant, const std::string& migration, const std::string& word);

  // --- What becomes true. ---
  void OnAppWrite(const RealmStore& store, const std::string& tenant, const std::string& key,
                  const std::optional<std::string>& value) override;
  void OnJobWrite(const RealmStore& store, const std::string& tenant, const std::string& key,
                  const std::optional<std::string>& value) override;
  void OnAccess(const RealmStore& store, const std::string& tenant) override;
  void OnLeftover(const RealmStore& store, const std::string& tenant,
                  const std::string& key) override;
  void OnMigration(const coordinator::Migration& row) override;
  void OnTenant(const coordinator::Tenant& row) override;
  void OnRestore() override { ++histories_; }

  // Whether the realm where the platform sends the tenant has the latest of each record.
  bool IsHomeWhole(const std::string& tenant) const {
    const Account& account = accounts_.at(tenant);
    return IsWhole(account, places_.at(account.home), false);
  }
  // At the end of the run, when everything has come to rest.
  void CheckEnd();

  // "": none yet.
  std::string LastWord(const std::string& tenant, const std::string& migration) const;
  const std::string& HomeOf(const std::string& tenant) const { return accounts_.at(tenant).home; }
  // The realm that the directory names.
  const std::string& KeeperOf(const std::string& tenant) const {
    return accounts_.at(tenant).directory_realm;
  }
  // Records at `realm`, all datasets; of a later history than the first, those only that a job has
  // written since it began.
  int64_t CountAt(const std::string& tenant, const std::string& realm, int history = 0) const;
  // What the tenant wrote last, by key; none: it removed that.
  using Latest = absl::btree_map<std::string, std::optional<std::string>>;
  const Latest& LatestOf(const std::string& tenant, const std::string& dataset) const;

 private:
  struct Told {
    std::string word;  // The last one.
    int rank = 0;
    absl::Duration copying_since = absl::InfiniteDuration();
    std::map<std::string, std::string> answers;  // By hook.
    int history = 0;                             // In which it was first heard of.
  };
  // One tenant's part of one dataset.
  struct Ledger {
    Latest latest;
    absl::flat_hash_map<std::string, absl::Duration> written;
    std::map<std::string, std::set<std::string>> differs;    // By place: keys not as in `latest`.
    std::map<std::string, std::set<std::string>> leftovers;  // By place: of nobody in this run.
    // By place and key: in which history a job wrote the record, if not in the first.
    std::map<std::string, absl::flat_hash_map<std::string, int>> copied;

    bool IsWholeAt(const std::string& place) const {
      const auto found = differs.find(place);
      return found == differs.end() || found->second.empty();
    }
  };
  struct Account {
    std::string birth;
    std::string home;               // Where the platform sends the tenant.
    std::string maybe;              // Where it may send it instead; empty: it has decided.
    bool arriving = false;          // It has come to `home`, which is not all open to it yet.
    std::set<std::string> allowed;  // Places.
    std::map<std::string, Ledger> ledgers;
    std::map<std::string, Told> told;
    int secret = -1;  // The last one that was acknowledged.
    uint64_t directory_epoch = 0;
    std::string directory_realm;
    bool directory_writable = true;
    // The entry was lost with a history, and was made anew where the platform was then.
    bool born_again = false;
  };

  void Violate(absl::string_view invariant, const std::string& tenant, absl::string_view what) {
    ground_->Violate(invariant, absl::StrCat(tenant, ": ", what));
  }
  void Compare(const RealmStore& store, Ledger* ledger, const std::string& tenant,
               const std::string& key);
  // A record at `place` that is not as it was last acknowledged, "core/n23"; empty if none.
  std::string FindStale(const Account& account, const std::string& place, bool blocking_only) const;
  bool IsWhole(const Account& account, const std::string& place, bool blocking_only) const {
    return FindStale(account, place, blocking_only).empty();
  }
  // Whether one of its gates was closed under a generation older than this.
  bool IsClosedBefore(const std::string& tenant, const std::string& place,
                      uint64_t generation) const;
  // Whether each dataset is whole in one of the two.
  bool IsWholeBetween(const Account& account, const std::string& one,
                      const std::string& other) const;
  bool IsOpen(const std::string& tenant, const std::string& place, bool blocking_only) const;
  void Hear(const std::string& tenant, const std::string& migration, const std::string& word);
  bool restored() const { return histories_ > 0; }
  // The account of what this migration was told.
  Told& ToldOf(const std::string& tenant, const std::string& migration);
  // Whether each dataset is whole in some realm.
  bool IsWholeSomewhere(const Account& account) const;
  void CheckReady(const coordinator::Migration& row, const Told& told);
  void CheckEnded(const coordinator::Migration& row, const std::string& word);
  bool IsBlocking(const std::string& dataset) const;

  Ground* const ground_;
  std::vector<const RealmStore*> stores_;
  std::map<std::string, std::string> places_;  // By realm.
  absl::node_hash_map<std::string, Account> accounts_;
  int histories_ = 0;  // That were lost, each with a restore.
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_AUDITOR_H_
