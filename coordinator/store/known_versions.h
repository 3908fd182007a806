// What a store that is alone with its rows knows of their versions without reading them: those
// that it has written lately, and that nothing comes after its greatest key.
//
// Most writes are of these two kinds: a migration under way is written again and again, and audit
// records are numbered. Bounded; whatever is not known is to be looked up.

#ifndef REALMSHIFT_COORDINATOR_STORE_KNOWN_VERSIONS_H_
#define REALMSHIFT_COORDINATOR_STORE_KNOWN_VERSIONS_H_

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace realm::coordinator {

// Thread safety: one thread at a time.
class KnownVersions {
 public:
  // The greatest key that begins with a byte; empty: there is none.
  using GreatestKey = std::function<std::string(char first)>;

  explicit KnownVersions(GreatestKey greatest) : look_up_greatest_(std::move(greatest)) {}

  // The row's version, 0 for no row; nothing when it must be looked up.
  std::optional<uint64_t> Find(absl::string_view key);

  // The row has been written; `version` 0: deleted.
  void Note(absl::string_view key, uint64_t version);

 private:
  std::string& Greatest(char first);

  const GreatestKey look_up_greatest_;
  std::array<std::optional<std::string>, 256> greatest_;
  absl::flat_hash_map<std::string, uint64_t> recent_;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_STORE_KNOWN_VERSIONS_H_
