// Where the platform's public keys come from: a file or a URL with a whole key set, or a folder or
// a URL with one PEM file per key.

#ifndef REALMSHIFT_COORDINATOR_EDGE_KEY_SOURCE_H_
#define REALMSHIFT_COORDINATOR_EDGE_KEY_SOURCE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "coordinator/edge/jwks.h"

namespace realm::edge {

// Thread safety: one thread at a time; calls may block for seconds.
class KeySource {
 public:
  virtual ~KeySource() = default;

  struct Loaded {
    PublicKeys keys;
    // These are all there are: a key that is not among them is no longer valid.
    bool complete = false;
    // From a copy kept here, because the source did not answer: load again soon.
    bool from_copy = false;
  };

  // The key `key_id`, and perhaps others.
  //
  // NotFound: there is no such key. Anything else: nothing is known; try again later.
  virtual absl::StatusOr<Loaded> Load(absl::string_view key_id) = 0;
};

// A key set in a file.
std::unique_ptr<KeySource> JwksFile(std::string path);

// A key set at `url`. What it answers is kept in the file `copy_path` (none when empty) and used
// when it does not answer, so that an edge started during an outage can still verify.
std::unique_ptr<KeySource> JwksUrl(std::string url, std::string copy_path);

// KEY_ID.pem in a folder.
std::unique_ptr<KeySource> PemFolder(std::string folder);

// URL/KEY_ID, which answers with PEM.
std::unique_ptr<KeySource> PemUrl(std::string url);

// Whether a key id may become part of a path or a URL: 1 to 128 of A-Z a-z 0-9 _ -
// The platform's are UUIDs. The last two sources answer NotFound for any other.
bool IsPlainKeyId(absl::string_view key_id);

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_KEY_SOURCE_H_
