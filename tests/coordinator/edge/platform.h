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
