// What stands for the platform in these tests: its keys, made once.

#ifndef REALMSHIFT_TESTS_COORDINATOR_EDGE_PLATFORM_H_
#define REALMSHIFT_TESTS_COORDINATOR_EDGE_PLATFORM_H_

#include <string>

#include "common/check.h"
#include "common/files.h"
#include "coordinator/edge/public_key.h"
#include "coordinator/edge/sign_token.h"
#include "tests/support/temp_folder.h"

namespace realm::edge {

inline constexpr char kAppAri[] = "ari:cloud:ecosystem::app/8db33809-1f32-48bb";
inline constexpr char kTenant[] = "11223344-5566-3777-8888-99aabbccddee";
// A secret that must not be seen in any log or answer.
inline constexpr char kCanary[] = "canary-secret-7b1f0a5de2c94466";

// Making a key takes a tenth of a second, hence once a program.
inline const PlatformKey& PlatformsKey() {
  static const PlatformKey key = PlatformKey::Generate();
  return key;
}
inline const PlatformKey& StrangersKey() {
  static const PlatformKey key = PlatformKey::Generate();
  return key;
}

inline PublicKey PublicHalf(const PlatformKey& key) {
  return PublicKey::FromPem(key.PublicPem()).value();
}

// Writes a file readable by its owner only, and returns its path.
inline std::string WriteIn(const TempFolder& folder, absl::string_view name,
                           absl::string_view contents) {
  REALM_CHECK_OK(WriteFileAtomically(folder.path(name), contents, 0600));
  return folder.path(name);
}

}  // namespace realm::edge

#endif  // REALMSHIFT_TESTS_COORDINATOR_EDGE_PLATFORM_H_
