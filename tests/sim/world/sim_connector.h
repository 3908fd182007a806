// A realm's stores as a worker reaches them: over a wire that is slow, and loses.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_SIM_CONNECTOR_H_
#define REALMSHIFT_TESTS_SIM_WORLD_SIM_CONNECTOR_H_

#include <memory>
#include <string>
#include <utility>

#include "common/ids.h"
#include "tests/sim/world/call.h"
#include "tests/sim/world/ground.h"
#include "tests/sim/world/realm_store.h"
#include "worker/connector/connector.h"

namespace realm::sim {

// The dataset as the worker of one life configures it. Calls are made in that worker's fibers.
class SimDataset final : public worker::Dataset {
 public:
  SimDataset(Ground* ground, Life life, RealmStore* store)
      : ground_(ground), life_(life), store_(store), name_(store->dataset()) {}

  const DatasetName& name() const override { return name_; }
  absl::string_view kind() const override { return "sim"; }
  absl::StatusOr<std::unique_ptr<worker::Connector>> Open(
      const worker::TenantScope& scope) override;

 private:
  Ground* const ground_;
  const Life life_;
  RealmStore* const store_;
  const DatasetName name_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_SIM_CONNECTOR_H_
