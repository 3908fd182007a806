#include "coordinator/store/manifest.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "common/digest.h"
#include "common/files.h"
#include "common/status_macros.h"
#include "common/strings.h"

namespace realm::coordinator {
namespace {

absl::Status Damaged(const absl::Status& status) {
  return absl::DataLossError(status.message());
}

// The name in the file CURRENT.
absl::StatusOr<std::string> CurrentName(const std::string& database) {
  const absl::StatusOr<std::string> text = ReadSmallFile(database + "/CURRENT");
  if (!text.ok()) return Damaged(text.status());
  const std::string name = ToStr(absl::StripAsciiWhitespace(*text));
  if (absl::StartsWith(name, "MANIFEST-") && !absl::StrContains(name, '/')) return name;
  return absl::DataLossError(absl::StrCat(database, "/CURRENT does not name a MANIFEST"));
}

}  // namespace

absl::StatusOr<ManifestSeen> SeeManifest(const std::string& database) {
  ASSIGN_OR_RETURN(const std::string name, CurrentName(database));
  const absl::StatusOr<std::string> bytes = ReadSmallFile(absl::StrCat(database, "/", name));
  if (!bytes.ok()) return Damaged(bytes.status());
  return ManifestSeen{name, bytes->size(), Sha256(*bytes)};
}

absl::StatusOr<bool> VouchesFor(const ManifestSeen& seen, const std::string& database) {
  ASSIGN_OR_RETURN(const std::string name, CurrentName(database));
  if (seen.name != name) return false;
  const absl::StatusOr<std::string> bytes = ReadSmallFile(absl::StrCat(database, "/", name));
  if (!bytes.ok()) return Damaged(bytes.status());
  const bool is_there = bytes->size() >= seen.bytes;
  if (is_there && Sha256(absl::string_view(*bytes).substr(0, seen.bytes)) == seen.digest)
    return true;
  return absl::DataLossError(absl::StrCat(database, "/", name, " is not what was written"));
}

}  // namespace realm::coordinator
