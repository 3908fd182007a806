// What an edge knows of an installation: kept for it, never read here.
#ifndef REALMSHIFT_COORDINATOR_CORE_INSTALLATION_H_
#define REALMSHIFT_COORDINATOR_CORE_INSTALLATION_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

#include "common/ids.h"

namespace realm::coordinator {

struct Installation {
  TenantKey key;
  uint64_t version = 0;
  std::string platform;  // "connect" or "forge".
  // Ciphertext under the edge's key; the coordinator has no key for it.
  std::string sealed_secret;
  std::string previous_sealed_secret;
  absl::Time previous_secret_expires = absl::InfinitePast();
  std::string site_base_url;
  bool installed = true;
  absl::Time updated;
  std::string linked_id;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_CORE_INSTALLATION_H_
