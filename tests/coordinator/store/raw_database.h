// Reaches past the store into its database, to put there what no store writes.

#ifndef REALMSHIFT_TESTS_COORDINATOR_STORE_RAW_DATABASE_H_
#define REALMSHIFT_TESTS_COORDINATOR_STORE_RAW_DATABASE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace realm::coordinator {

// Puts a key and its bytes into the RocksDB at `path`, which is made if there is none and which
// nothing has open.
void PutRaw(const std::string& path, absl::string_view key, absl::string_view bytes);

// The bytes under `key`, which must be there.
std::string GetRaw(const std::string& path, absl::string_view key);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_TESTS_COORDINATOR_STORE_RAW_DATABASE_H_
