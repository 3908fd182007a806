// Signs tokens as the platform does, for whoever plays the platform: the demo, the simulator,
// tests. The edge itself never signs.

#ifndef REALMSHIFT_COORDINATOR_EDGE_SIGN_TOKEN_H_
#define REALMSHIFT_COORDINATOR_EDGE_SIGN_TOKEN_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

#include "common/secret.h"

struct evp_pkey_st;  // EVP_PKEY of OpenSSL.

namespace realm::edge {

// `claims` is the JSON text of the claims, taken as it is.
std::string SignHs256(absl::string_view claims, const Secret& secret);

// An RSA key pair of 2048 bits.
class PlatformKey {
 public:
  static PlatformKey Generate();

  // `key_id` goes into the header; empty leaves it out.
  std::string SignRs256(absl::string_view claims, absl::string_view key_id) const;

  // "-----BEGIN PUBLIC KEY-----": what the host of installation keys serves.
  std::string PublicPem() const;
  Secret PrivatePem() const;

  // A key set in JSON with this key alone, as the platform serves for invocation tokens.
  std::string KeySet(absl::string_view key_id) const;

 private:
  explicit PlatformKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}

  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_SIGN_TOKEN_H_
