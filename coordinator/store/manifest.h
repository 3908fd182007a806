// RocksDB's MANIFEST says which table files make up the database. Cut short, or with one wrong
// length in it, it is read up to there without complaint, and the tables that the rest of it names
// are gone in silence: their log was deleted when they were written. So the mark keeps a digest of
// it.
//
// A MANIFEST only ever grows, until another one takes its place: when the database is opened, or
// when it has become long.

#ifndef REALMSHIFT_COORDINATOR_STORE_MANIFEST_H_
#define REALMSHIFT_COORDINATOR_STORE_MANIFEST_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace realm::coordinator {

// What was in the MANIFEST of a database at some time. Empty `name`: nothing is known.
struct ManifestSeen {
  std::string name;  // "MANIFEST-000012".
  uint64_t bytes = 0;
  std::string digest;  // SHA-256 of them.
};

// What is in it now. `database` is the folder. DATA_LOSS: there is none.
absl::StatusOr<ManifestSeen> SeeManifest(const std::string& database);

// Whether the database still has what was seen. True: all of it. False: another MANIFEST has taken
// its place, of which this says nothing, or `seen` is empty. DATA_LOSS: it is not what it was.
absl::StatusOr<bool> VouchesFor(const ManifestSeen& seen, const std::string& database);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_MANIFEST_H_
