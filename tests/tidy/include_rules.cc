#include "tests/tidy/include_rules.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace realm::tidy {
namespace {

using Prefixes = std::vector<absl::string_view>;

bool StartsWithAny(absl::string_view text, const Prefixes& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [text](absl::string_view prefix) { return absl::StartsWith(text, prefix); });
}

// What each folder may include besides itself: "common" is that folder, "realm/" all that is below
// it, and a header that header alone. realm/... are the generated protos: v1 is the wire, store the
// disk, config the configuration.
const std::map<absl::string_view, Prefixes>& Arrows() {
  static const auto* arrows = new std::map<absl::string_view, Prefixes>{
      {"common", {}},
      {"common/config", {"common", "realm/config/"}},
      {"common/http", {"common"}},
      {"common/program", {"common", "common/config"}},
      {"coordinator/core", {"common"}},
      {"coordinator/store", {"common", "coordinator/core", "realm/store/"}},
      {"coordinator/engine", {"common", "coordinator/core", "coordinator/store"}},
      {"coordinator/rpc",
       {"common", "common/config", "coordinator/core", "coordinator/store", "coordinator/engine",
        "realm/"}},
      {"coordinator/http",
       {"common", "common/http", "coordinator/core", "coordinator/store", "coordinator/engine"}},
      {"coordinator/edge", {"common/", "coordinator/rpc/error_info.h", "realm/"}},
      {"coordinator/ctl",
       {"common/", "coordinator/core", "coordinator/edge", "coordinator/rpc/error_info.h",
        "realm/"}},
      {"coordinator", {"common/", "coordinator/", "realm/config/"}},
      {"worker/connector", {"common", "common/config", "realm/config/"}},
      {"worker/transform", {"common"}},
      // Orders, manifests and cursors are the wire's and the disk's own messages; no gRPC in them.
      {"worker/job",
       {"common", "worker/connector", "worker/transform", "realm/v1/", "realm/store/"}},
      {"worker/agent", {"common", "worker/connector", "worker/job", "realm/v1/"}},
      {"worker/rpc", {"common", "common/config", "common/http", "worker/", "realm/"}},
      {"worker", {"common/", "worker/", "realm/config/"}},
  };
  return *arrows;
}

// A library's headers and the only files that may include them, by the beginning of their paths.
struct Library {
  absl::string_view name;
  Prefixes headers;
  Prefixes users;
  bool in_headers;  // Whether a header of ours may include them.
};

const std::vector<Library>& Libraries() {
  static const auto* libraries = new std::vector<Library>{
      {"gRPC",
       {"grpc/", "grpcpp/"},
       {"coordinator/rpc/", "worker/rpc/", "coordinator/edge/", "coordinator/ctl/",
        "common/tls.cc"},
       true},
      {"RocksDB", {"rocksdb/"}, {"coordinator/store/rocksdb_", "worker/connector/rocksdb_"}, false},
      {"libpq", {"libpq", "postgresql/"}, {"worker/connector/postgres_", "coordinator/ctl/"}, true},
      {"yaml-cpp", {"yaml-cpp/"}, {"common/config/"}, false},
      {"Boost", {"boost/"}, {"common/http/", "coordinator/http/"}, false},
      {"nlohmann",
       {"nlohmann/"},
       {"common/config/", "coordinator/edge/", "coordinator/ctl/", "coordinator/http/",
        "worker/connector/"},
       false},
      {"prometheus-cpp", {"prometheus/"}, {"common/metrics.cc"}, false},
      {"OpenSSL", {"openssl/"}, {"common/", "coordinator/edge/", "coordinator/http/"}, true},
      {"curl", {"curl/"}, {"coordinator/edge/", "coordinator/ctl/", "common/http/"}, false},
      {"protobuf",
       {"google/protobuf/", "google/rpc/"},
       {"coordinator/store/", "coordinator/rpc/", "coordinator/edge/", "coordinator/ctl/",
        "worker/job/", "worker/agent/", "worker/rpc/", "common/config/"},
       true},
  };
  return *libraries;
}

// Project folders; anything else in quotes is a library's.
const Prefixes& OurFolders() {
  static const auto* folders =
      new Prefixes{"common/", "coordinator/", "worker/", "tests/", "realm/", "proto/"};
  return *folders;
}

bool Belongs(const Include& include, const Library& library) {
  if (StartsWithAny(include.name, library.headers)) return true;
  return library.name == "gRPC" && absl::EndsWith(include.name, ".grpc.pb.h");
}

std::string Where(const SourceFile& file, const Include& include) {
  return absl::StrCat(file.path, ":", include.line, ": includes ", include.name);
}

bool Allows(absl::string_view arrow, absl::string_view name) {
  if (absl::EndsWith(arrow, "/")) return absl::StartsWith(name, arrow);
  return arrow == name || arrow == FolderOf(name);
}

bool Allows(absl::string_view folder, const Prefixes& arrows, absl::string_view name) {
  if (!StartsWithAny(name, OurFolders()) || FolderOf(name) == folder) return true;
  return std::any_of(arrows.begin(), arrows.end(),
                     [name](absl::string_view arrow) { return Allows(arrow, name); });
}

}  // namespace

std::vector<Include> IncludesOf(const SourceFile& file) {
  std::vector<Include> includes;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(file.text, '\n')) {
    ++number;
    line = absl::StripLeadingAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, "#")) continue;
    line = absl::StripLeadingAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, "include")) continue;
    line = absl::StripLeadingAsciiWhitespace(line);
    const bool angles = absl::StartsWith(line, "<");
    const absl::string_view name = line.substr(std::min<size_t>(1, line.size()));
    includes.push_back(
        {std::string(name.substr(0, name.find(angles ? '>' : '"'))), angles, number});
  }
  return includes;
}

Findings CheckArrows(const SourceFile& file) {
  if (IsTest(file)) return {};
  Findings findings;
  const absl::string_view folder = FolderOf(file.path);
  const auto arrows = Arrows().find(folder);
  if (arrows == Arrows().end()) {
    return {absl::StrCat(file.path, ":1: the folder ", folder,
                         " has no arrows; name what it may include in tests/tidy")};
  }
  for (const Include& include : IncludesOf(file)) {
    if (!Allows(folder, arrows->second, include.name)) {
      findings.push_back(absl::StrCat(Where(file, include), ", against the arrows of ", folder));
    }
  }
  return findings;
}

Findings CheckLibraries(const SourceFile& file) {
  if (IsTest(file)) return {};
  Findings findings;
  for (const Include& include : IncludesOf(file)) {
    for (const Library& library : Libraries()) {
      if (!Belongs(include, library)) continue;
      if (!StartsWithAny(file.path, library.users)) {
        findings.push_back(
            absl::StrCat(Where(file, include), "; ", library.name, " has no business here"));
      } else if (IsHeader(file) && !library.in_headers) {
        findings.push_back(absl::StrCat(Where(file, include), "; ", library.name,
                                        " belongs in a .cc behind a narrow header"));
      }
    }
  }
  return findings;
}

Findings CheckCoreIsPure(const SourceFile& file) {
  if (FolderOf(file.path) != "coordinator/core") return {};
  static const auto* impure = new std::vector<absl::string_view>{
      "thread",          "mutex",           "shared_mutex",     "condition_variable",
      "future",          "atomic",          "chrono",           "random",
      "fstream",         "filesystem",      "iostream",         "ctime",
      "common/clock.h",  "common/random.h", "common/log.h",     "common/files.h",
      "common/tls.h",    "common/certs.h",  "common/metrics.h", "absl/time/clock.h",
      "common/signing.h"};
  Findings findings;
  for (const Include& include : IncludesOf(file)) {
    const bool listed = std::count(impure->begin(), impure->end(), include.name) > 0;
    // The standard library's own headers have neither a folder nor an ending.
    const bool foreign = include.angles && include.name.find_first_of("/.") != std::string::npos;
    const bool waits = StartsWithAny(include.name, {"absl/synchronization/", "absl/random/"});
    if (listed || foreign || waits) {
      findings.push_back(absl::StrCat(
          Where(file, include), "; the core has no I/O, clock, thread or randomness of its own"));
    }
  }
  return findings;
}

}  // namespace realm::tidy
