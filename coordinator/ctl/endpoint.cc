#include "coordinator/ctl/endpoint.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "common/files.h"
#include "common/status_macros.h"

namespace realm::ctl {
namespace {

constexpr absl::string_view kDefaultAddress = "127.0.0.1:7460";

// Answers for a variable what `environment` says, or else the lines NAME=VALUE of a file.
class Variables {
 public:
  Variables(const Environment& environment, const std::string& lines) : environment_(environment) {
    for (const absl::string_view line : absl::StrSplit(lines, '\n', absl::SkipEmpty())) {
      values_.insert(absl::StrSplit(line, absl::MaxSplits('=', 1)));
    }
  }

  std::string Get(const std::string& name) const {
    const std::string set = environment_(name);
    if (!set.empty()) return set;
    const auto found = values_.find(name);
    return found == values_.end() ? "" : found->second;
  }

 private:
  const Environment& environment_;
  std::map<std::string, std::string> values_;
};

// Whatever names a server or a certificate rules the running dev system out, so that no half of one
// is mixed with a half of the other.
bool NamesNothing(const Arguments& arguments, const Environment& environment) {
  for (const absl::string_view flag : {"address", "tls-ca", "tls-cert", "tls-key", "insecure"}) {
    if (arguments.Has(flag)) return false;
  }
  for (const absl::string_view name :
       {"REALMCTL_ADDRESS", "REALMCTL_TLS_CA", "REALMCTL_TLS_CERT", "REALMCTL_TLS_KEY"}) {
    if (!environment(name).empty()) return false;
  }
  return true;
}

// The file's lines, if it is this user's; another's must not decide where a command connects to.
std::string ReadOwn(const std::string& path) {
  struct stat status = {};
  if (lstat(path.c_str(), &status) != 0 || status.st_uid != geteuid()) return "";
  return ReadSmallFile(path).value_or("");
}

}  // namespace

const std::vector<Flag>& EndpointFlags() {
  static const auto* flags = new std::vector<Flag>{
      {"address", "HOST:PORT", "the coordinator; default 127.0.0.1:7460"},
      {"tls-ca", "FILE", "the authorities that issue the coordinator's certificate"},
      {"tls-cert", "FILE", "the operator's own certificate"},
      {"tls-key", "FILE", "its private key"},
      {"insecure", "", "without TLS; only to an address on this machine"},
      {"timeout", "DURATION", "for each call; default 10s"},
  };
  return *flags;
}

std::string ReadEnvironment(absl::string_view name) {
  const char* value = getenv(std::string(name).c_str());
  return value == nullptr ? "" : value;
}

absl::StatusOr<Endpoint> ResolveEndpoint(const Arguments& arguments, const Environment& environment,
                                         const std::string& dev_system_path) {
  const bool dev = NamesNothing(arguments, environment);
  const Variables variables(environment, dev ? ReadOwn(dev_system_path) : "");
  Endpoint endpoint;
  ASSIGN_OR_RETURN(endpoint.timeout, arguments.GetDuration("timeout", endpoint.timeout));
  endpoint.address = arguments.Get("address", variables.Get("REALMCTL_ADDRESS"));
  if (endpoint.address.empty()) endpoint.address = std::string(kDefaultAddress);
  if (arguments.Has("insecure")) return endpoint;
  TlsFiles tls;
  tls.ca_file = arguments.Get("tls-ca", variables.Get("REALMCTL_TLS_CA"));
  tls.cert_file = arguments.Get("tls-cert", variables.Get("REALMCTL_TLS_CERT"));
  tls.key_file = arguments.Get("tls-key", variables.Get("REALMCTL_TLS_KEY"));
  if (tls.ca_file.empty() || tls.cert_file.empty() || tls.key_file.empty()) {
    return absl::InvalidArgumentError(
        "no certificate to show to the coordinator; give --tls-ca, --tls-cert and --tls-key, or "
        "--insecure, or start a system of your own with `realmctl dev`");
  }
  endpoint.tls = tls;
  return endpoint;
}

std::string DevSystemPath(const Environment& environment) {
  const std::string runtime = environment("XDG_RUNTIME_DIR");
  if (!runtime.empty()) return absl::StrCat(runtime, "/realmctl-dev");
  const std::string temporary = environment("TMPDIR");
  return absl::StrCat(temporary.empty() ? "/tmp" : temporary, "/realmctl-dev-", geteuid());
}

absl::Status WriteDevSystem(const std::string& path, const Endpoint& endpoint) {
  std::string lines = absl::StrCat("REALMCTL_ADDRESS=", endpoint.address, "\n");
  if (endpoint.tls.has_value()) {
    absl::StrAppend(&lines, "REALMCTL_TLS_CA=", endpoint.tls->ca_file,
                    "\nREALMCTL_TLS_CERT=", endpoint.tls->cert_file,
                    "\nREALMCTL_TLS_KEY=", endpoint.tls->key_file, "\n");
  }
  return WriteFileAtomically(path, lines, 0600);
}

}  // namespace realm::ctl
