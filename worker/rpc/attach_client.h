// Carries the agent's frames to the coordinator and back.

#ifndef REALMSHIFT_WORKER_RPC_ATTACH_CLIENT_H_
#define REALMSHIFT_WORKER_RPC_ATTACH_CLIENT_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "realm/v1/dispatch.grpc.pb.h"
#include "worker/agent/agent.h"

namespace realm::worker {

// Keeps one Attach stream open: a frame at once when there is news, and one each frame period. A
// broken stream is opened again after a random, growing pause; the jobs go on meanwhile as long as
// their leases do.
//
// Thread safety: any thread may call WantFrame and Stop; Run is called once.
class AttachClient {
 public:
  // `agent` outlives this. `seed` tells this worker's pauses from others'.
  AttachClient(Agent& agent, std::shared_ptr<grpc::Channel> channel, uint64_t seed);

  // Returns OK once the agent is drained or Stop was called. PERMISSION_DENIED, UNAUTHENTICATED,
  // INVALID_ARGUMENT, FAILED_PRECONDITION, UNIMPLEMENTED, ALREADY_EXISTS: the coordinator refuses
  // this worker, and trying again cannot help.
  absl::Status Run();

  // There is news for the coordinator.
  void WantFrame();
  // Whether the coordinator answers on a stream now.
  bool attached() const { return attached_; }
  // Ends Run soon, whatever the jobs do.
  void Stop();

 private:
  using Stream = grpc::ClientReaderWriter<v1::AttachRequest, v1::AttachResponse>;

  // One stream, from its opening to its end. `came_through` tells whether the coordinator answered.
  absl::Status RunStream(bool* came_through);
  void WriteFrames(Stream& stream);
  void ReadFrames(Stream& stream, bool* came_through);
  // Waits until a frame is due. False: the stream is over.
  bool AwaitTurn();
  bool AwaitOver();
  void Pause(int64_t failures);
  bool HasTurn() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return wanted_ || over_ || stopped_; }
  bool IsOver() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return over_ || stopped_; }
  bool IsDone() const;

  Agent& agent_;
  const std::unique_ptr<v1::DispatchService::Stub> stub_;
  const uint64_t seed_;

  std::atomic<bool> attached_{false};
  mutable absl::Mutex mutex_;
  bool wanted_ ABSL_GUARDED_BY(mutex_) = false;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;  // The present stream.
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;  // Of the present stream.
};

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_RPC_ATTACH_CLIENT_H_
