// The installations and their encrypted secrets, so that tokens can be verified without asking.

#ifndef REALMSHIFT_COORDINATOR_EDGE_INSTALLATION_CACHE_H_
#define REALMSHIFT_COORDINATOR_EDGE_INSTALLATION_CACHE_H_

#include <optional>
#include <string>

#include "common/ids.h"
#include "coordinator/edge/mirror.h"
#include "realm/v1/directory.pb.h"

namespace realm::edge {

// Thread safety: any thread may call any method.
class InstallationCache {
 public:
  InstallationCache(std::string path, const Clock* clock) : mirror_(std::move(path), clock) {}

  // Nothing: no such tenant was ever installed, as far as is known here.
  std::optional<v1::Installation> Find(const TenantKey& tenant) const;

  void Put(const v1::Installation& installation);

  Mirror& mirror() { return mirror_; }

 private:
  Mirror mirror_;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_INSTALLATION_CACHE_H_
