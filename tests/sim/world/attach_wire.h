// The stream between one worker and the coordinator, opened again and again.

#ifndef REALMSHIFT_TESTS_SIM_WORLD_ATTACH_WIRE_H_
#define REALMSHIFT_TESTS_SIM_WORLD_ATTACH_WIRE_H_

#include <memory>

#include "tests/sim/world/coordinator_node.h"
#include "tests/sim/world/ground.h"
#include "tests/sim/world/worker_node.h"

namespace realm::sim {

// Frames inside a stream keep their order; a stream breaks, and each side learns of that in its own
// time. What the worker's client and the coordinator's service do in the programs is done here.
class AttachWire {
 public:
  AttachWire(Ground* ground, WorkerNode* worker, CoordinatorNode* coordinator);

  // The worker has news, or a life of it has begun or ended.
  void Wanted();
  // A life of the coordinator has begun or ended.
  void CoordinatorChanged();

 private:
  struct Stream;
  class Link;
  // Frames are not changed once they are sent; those that come twice are one.
  using WorkerFrame = std::shared_ptr<const v1::AttachRequest>;
  using CoordinatorFrame = std::shared_ptr<const v1::AttachResponse>;

  void Attach();
  void AttachLater(absl::Duration after);
  void SendFrame(const std::shared_ptr<Stream>& stream);
  void SendLater(const std::shared_ptr<Stream>& stream, absl::Duration after);
  void Arrive(const std::shared_ptr<Stream>& stream, const v1::AttachRequest& frame);
  void Transmit(const std::shared_ptr<Stream>& stream, CoordinatorFrame frame);
  void Break(const std::shared_ptr<Stream>& stream, absl::Duration worker_learns,
             absl::Duration coordinator_learns);
  bool Fails(bool to_worker);

  Ground* const ground_;
  WorkerNode* const worker_;
  CoordinatorNode* const coordinator_;
  std::shared_ptr<Stream> stream_;  // The worker's present one.
  bool attaching_ = false;
  uint64_t worker_life_ = 0;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_WORLD_ATTACH_WIRE_H_
