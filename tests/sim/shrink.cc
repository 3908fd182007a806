#include "tests/sim/shrink.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace realm::sim {
namespace {

using Breaks = std::function<bool(const Scenario&)>;

// Tenants that never move stay only if they are few enough to matter: none.
void DropUnused(Scenario* scenario) {
  const auto moves = [scenario](const TenantSpec& tenant) {
    return std::any_of(scenario->migrations.begin(), scenario->migrations.end(),
                       [&](const MigrationSpec& m) { return m.tenant == tenant.id; });
  };
  auto& tenants = scenario->tenants;
  tenants.erase(std::remove_if(tenants.begin(), tenants.end(),
                               [&](const TenantSpec& tenant) { return !moves(tenant); }),
                tenants.end());
}

// What names a migration that is gone goes with it.
void DropDangling(Scenario* scenario) {
  const auto dangles = [scenario](const Fault& fault) {
    return !fault.migration.empty() &&
           std::none_of(scenario->migrations.begin(), scenario->migrations.end(),
                        [&](const MigrationSpec& m) { return m.id == fault.migration; });
  };
  auto& faults = scenario->faults;
  faults.erase(std::remove_if(faults.begin(), faults.end(), dangles), faults.end());
}

class Shrinker {
 public:
  Shrinker(Scenario scenario, const Breaks& breaks)
      : best_{std::move(scenario), 0}, breaks_(breaks) {}

  Shrunk Run() {
    bool smaller = true;
    while (smaller) {
      smaller = false;
      smaller |= Drop(&Scenario::migrations, 1);
      smaller |= Try([](Scenario* s) { DropUnused(s); }, UnusedCount() > 0);
      smaller |= Drop(&Scenario::faults, 0);
      smaller |= DropKinds();
      smaller |= Calm();
      smaller |= Lessen();
    }
    return best_;
  }

 private:
  // Takes the change if the scenario still breaks. `worth`: it changes anything.
  template <typename Change>
  bool Try(Change change, bool worth) {
    if (!worth) return false;
    Scenario candidate = best_.scenario;
    change(&candidate);
    DropDangling(&candidate);
    ++best_.tried;
    if (!breaks_(candidate)) return false;
    best_.scenario = std::move(candidate);
    return true;
  }

  size_t UnusedCount() const {
    Scenario used = best_.scenario;
    DropUnused(&used);
    return best_.scenario.tenants.size() - used.tenants.size();
  }

  // Halves first, then quarters, down to single items.
  template <typename List>
  bool DropFrom(List Scenario::*list, size_t chunk, size_t keep) {
    bool smaller = false;
    for (size_t at = 0; at < (best_.scenario.*list).size();) {
      const size_t size = (best_.scenario.*list).size();
      const size_t count = std::min(chunk, size - at);
      const bool dropped = Try(
          [&](Scenario* s) {
            auto& items = s->*list;
            const auto first = items.begin() + static_cast<std::ptrdiff_t>(at);
            items.erase(first, first + static_cast<std::ptrdiff_t>(count));
          },
          size - count >= keep);
      smaller |= dropped;
      if (!dropped) at += count;
    }
    return smaller;
  }

  template <typename List>
  bool Drop(List Scenario::*list, size_t keep) {
    bool smaller = false;
    for (size_t chunk = std::max<size_t>(1, (best_.scenario.*list).size()); chunk >= 1; chunk /= 2)
      smaller |= DropFrom(list, chunk, keep);
    return smaller;
  }

  bool DropKinds() {
    bool smaller = Try([](Scenario* s) { s->mix = FaultMix(); }, !best_.scenario.mix.kinds.empty());
    for (size_t at = 0; at < best_.scenario.mix.kinds.size();) {
      const bool dropped = Try(
          [at](Scenario* s) {
            s->mix.kinds.erase(s->mix.kinds.begin() + static_cast<std::ptrdiff_t>(at));
          },
          true);
      smaller |= dropped;
      if (!dropped) ++at;
    }
    return smaller;
  }

  bool Calm() {
    bool smaller = false;
    for (double PlatformSpec::*rate : {&PlatformSpec::lose_rate, &PlatformSpec::lose_answer_rate,
                                       &PlatformSpec::duplicate_rate, &PlatformSpec::late_rate})
      smaller |=
          Try([rate](Scenario* s) { s->platform.*rate = 0; }, best_.scenario.platform.*rate > 0);
    smaller |=
        Try([](Scenario* s) { s->platform.hooks.clear(); }, !best_.scenario.platform.hooks.empty());
    return smaller;
  }

  bool Lessen() {
    bool smaller = false;
    smaller |=
        Try([](Scenario* s) { s->mix.per_migration /= 2; }, best_.scenario.mix.per_migration >= 1);
    for (size_t i = 0; i < best_.scenario.tenants.size(); ++i) {
      const TenantSpec& tenant = best_.scenario.tenants[i];
      smaller |= Try([i](Scenario* s) { s->tenants[i].writes_per_second = 0; },
                     tenant.writes_per_second > 0);
      const bool has_data = std::any_of(tenant.data.begin(), tenant.data.end(),
                                        [](const auto& entry) { return entry.second > 0; });
      smaller |= Try(
          [i](Scenario* s) {
            for (auto& [transfer, count] : s->tenants[i].data)
              count /= 2;
          },
          has_data);
    }
    return smaller;
  }

  Shrunk best_;
  const Breaks& breaks_;
};

}  // namespace

Shrunk Shrink(const Scenario& scenario, const Breaks& breaks) {
  return Shrinker(scenario, breaks).Run();
}

}  // namespace realm::sim
