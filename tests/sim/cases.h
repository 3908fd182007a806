// Which runs a command asks for: scenarios times seeds, perhaps a shard of them.

#ifndef REALMSHIFT_TESTS_SIM_CASES_H_
#define REALMSHIFT_TESTS_SIM_CASES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "tests/sim/scenario.h"

namespace realm::sim {

// Both included.
struct SeedRange {
  uint64_t first = 1;
  uint64_t last = 1;

  uint64_t count() const { return last - first + 1; }
};

// "17", "1..200"; "random:2000" is so many from a seed nobody has chosen. InvalidArgument.
absl::StatusOr<SeedRange> ParseSeeds(absl::string_view text);

// Every `total`th run, beginning with number `index` from 0.
struct Shard {
  uint64_t index = 0;
  uint64_t total = 1;
};

// "2/4" is the second of four. InvalidArgument.
absl::StatusOr<Shard> ParseShard(absl::string_view text);
// By GTEST_TOTAL_SHARDS and GTEST_SHARD_INDEX, as test runners set them; the whole without them.
absl::StatusOr<Shard> ShardFromEnvironment();

// What is run: the scenarios that were read, or drawn ones.
class Plan {
 public:
  // Without any scenario every seed draws its own.
  Plan(std::vector<Scenario> scenarios, SeedRange seeds, Shard shard)
      : scenarios_(std::move(scenarios)), seeds_(seeds), shard_(shard) {}

  struct Case {
    size_t scenario = 0;
    uint64_t seed = 0;
  };

  bool is_drawn() const { return scenarios_.empty(); }
  size_t scenario_count() const { return is_drawn() ? 1 : scenarios_.size(); }
  const SeedRange& seeds() const { return seeds_; }
  const Shard& shard() const { return shard_; }

  Scenario ScenarioOf(const Case& run) const;
  const std::string& NameOf(size_t scenario) const;
  const std::string& FileOf(size_t scenario) const;
  int LineOf(size_t scenario) const;

  // The next run, scenario by scenario; none at the end. With `by_seed` all scenarios of one seed
  // come before those of the next, and there is no end.
  std::optional<Case> Next(bool by_seed);
  // How many of a scenario's seeds are this shard's.
  uint64_t CountOf(size_t scenario) const;

 private:
  std::vector<Scenario> scenarios_;
  SeedRange seeds_;
  Shard shard_;
  uint64_t next_ = 0;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_CASES_H_
