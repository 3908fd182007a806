// The source realm as a copy in the target realm reaches it: through that realm's workers, which
// may be dead, paused or cut off.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_SIM_SOURCE_H_
#define REALMSHIFT_TESTS_SIM_WORLD_SIM_SOURCE_H_

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "realm/v1/dispatch.pb.h"
#include "tests/sim/world/call.h"
#include "tests/sim/world/ground.h"
#include "tests/sim/world/realm_store.h"
#include "worker/job/job.h"
#include "worker/job/source_realm.h"

namespace realm::sim {

// A source-realm worker as others reach it.
struct SourcePeer {
  Process* process = nullptr;
  std::string realm;
  std::function<RealmStore*(const std::string& dataset)> store;
};

class SimSource final : public worker::SourceRealm {
 public:
  using FindPeer = std::function<SourcePeer*(const std::string& address)>;

  // `order` and `stop` outlive this.
  SimSource(Ground* ground, Life life, std::string own_realm, const v1::JobOrder& order,
            const worker::StopToken& stop, FindPeer find)
      : ground_(ground),
        life_(life),
        own_realm_(std::move(own_realm)),
        order_(order),
        stop_(stop),
        find_(std::move(find)) {}

  absl::StatusOr<worker::SourceDataset> Describe(const DatasetName& dataset) override;
  absl::StatusOr<std::unique_ptr<worker::Reader>> ReadPages(const DatasetName& dataset,
                                                            absl::string_view table,
                                                            const worker::KeyRange& range) override;
  absl::StatusOr<std::unique_ptr<worker::Digester>> ReadDigests(
      const DatasetName& dataset, absl::string_view table, const worker::KeyRange& range) override;
  absl::Status Seal(const std::vector<DatasetName>& datasets) override;

  // One answer of a source worker's about `dataset`, each of them tried in turn.
  template <typename Answer>
  Answer Ask(const std::string& dataset, std::function<Answer(RealmStore*)> effect);

  const std::string& tenant() const { return order_.ref().tenant_id(); }
  const std::string& digest_key() const { return order_.digest_key(); }
  Ground* ground() const { return ground_; }

 private:
  Fate NextFate() const;

  Ground* const ground_;
  const Life life_;
  const std::string own_realm_;
  const v1::JobOrder& order_;
  const worker::StopToken& stop_;
  const FindPeer find_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_SIM_SOURCE_H_
