// One migration of one tenant as a value: the rows, the time, and the auditor that watches. A
// search over what can happen copies it at every fork.

#ifndef REALMSHIFT_TESTS_COORDINATOR_CORE_WORLD_H_
#define REALMSHIFT_TESTS_COORDINATOR_CORE_WORLD_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "coordinator/core/input.h"
#include "coordinator/core/migration.h"
#include "coordinator/core/policy.h"
#include "coordinator/core/step.h"
#include "coordinator/core/tenant.h"
#include "tests/coordinator/core/auditor.h"

namespace realm::coordinator {

// An input, and how long after the one before it comes.
struct Happening {
  Input input;
  absl::Time at;
  std::string name;
};

class World {
 public:
  World(std::shared_ptr<const Policy> policy, absl::string_view realm);

  // Steps, keeps what changed, and lets the auditor and the invariants look. What is wrong goes
  // to `wrong` (empty: nothing). Returns what Step returned.
  absl::StatusOr<Changes> Happen(const Happening& happening, std::string* wrong);

  // Step's answer without keeping anything.
  absl::StatusOr<Changes> Try(const Input& input, absl::Time at) const;

  // Equal for two worlds with equal futures: epochs by order, times by distance from now.
  std::string Key() const { return KeyAt(now_); }
  // As if it were later and nothing had come.
  std::string KeyAt(absl::Time now) const;

  bool known() const { return row_.has_value(); }
  const Migration& row() const { return *row_; }
  const Tenant& tenant() const { return tenant_; }
  absl::Time now() const { return now_; }

 private:
  std::shared_ptr<const Policy> policy_;
  std::optional<Migration> row_;
  Tenant tenant_;
  absl::Time now_;
  Auditor auditor_;
};

// Everything that could come in next.
std::vector<Happening> Alphabet(const World& world, absl::string_view target);

// What would bring a migration to an end when everybody does what they should.
Happening NextGoodThing(const World& world, absl::string_view target);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_TESTS_COORDINATOR_CORE_WORLD_H_
