// The last word on each migration, so that a status poll is answered from here: at once, and also
// while the coordinator is away or this program has just been restarted.
//
// What is kept is only what the coordinator has made durable and told. So a word from here may be
// old, but ready-to-commit and failed are never made up.

#ifndef REALMSHIFT_COORDINATOR_EDGE_STATUS_CACHE_H_
#define REALMSHIFT_COORDINATOR_EDGE_STATUS_CACHE_H_

#include <optional>
#include <string>

#include "coordinator/edge/mirror.h"
#include "realm/v1/hooks.pb.h"
#include "realm/v1/types.pb.h"

namespace realm::edge {

struct StatusWord {
  // One of those in realm/v1/types.proto.
  std::string status;
  // Only with "failed".
  std::string error_response_code;
};

// Thread safety: any thread may call any method.
class StatusCache {
 public:
  StatusCache(std::string path, const Clock* clock) : mirror_(std::move(path), clock) {}

  // The word on `ref`. Without a migration id: on the tenant's migration that is under way, or else
  // on its latest. Nothing: not heard of.
  std::optional<StatusWord> Find(const v1::MigrationRef& ref) const;

  // The coordinator's stream says so. What an answer has said since the stream began may be newer.
  void Put(const v1::Migration& migration);

  // An answer to a hook said so: it counts where it is newer than what was heard. An earlier answer
  // given again says only what was true once, so that it counts where nothing was heard.
  void Put(const v1::HookAnswer& answer);

  Mirror& mirror() { return mirror_; }

 private:
  Mirror mirror_;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_STATUS_CACHE_H_
