#include "coordinator/ctl/store_probe.h"

#include <stdio.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "common/files.h"
#include "common/status_macros.h"
#include "coordinator/ctl/child.h"

namespace realm::ctl {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(2);

}  // namespace

absl::StatusOr<std::string> StoreProbe::Run(absl::string_view verb, const StoreKey& key,
                                            const std::vector<std::string>& more) const {
  Launch launch;
  launch.path = absl::StrCat(system_.program_folder(), "/realm-worker");
  launch.arguments = {
      "store", std::string(verb), absl::StrCat("--config=", system_.config_path(key.worker_id)),
      absl::StrCat("--dataset=", key.dataset), absl::StrCat("--tenant=", key.tenant)};
  launch.arguments.insert(launch.arguments.end(), more.begin(), more.end());
  launch.log_path = system_.log_path("store");
  remove(launch.log_path.c_str());
  RETURN_IF_ERROR(RunToEnd(launch, kPatience));
  ASSIGN_OR_RETURN(const std::string output, ReadSmallFile(launch.log_path));
  return std::string(absl::StripAsciiWhitespace(output));
}

absl::Status StoreProbe::Seed(const StoreKey& key, int64_t records, int64_t value_bytes) const {
  return Run("seed", key,
             {absl::StrCat("--records=", records), absl::StrCat("--value-bytes=", value_bytes)})
      .status();
}

absl::StatusOr<StoreContent> StoreProbe::Read(const StoreKey& key) const {
  ASSIGN_OR_RETURN(const std::string output, Run("digest", key, {}));
  const std::pair<std::string, std::string> parts = absl::StrSplit(output, absl::MaxSplits(' ', 1));
  StoreContent content;
  if (!absl::SimpleAtoi(parts.first, &content.records) || parts.second.empty()) {
    return absl::InternalError(absl::StrCat("realm-worker store said ", output));
  }
  content.digest = parts.second;
  return content;
}

}  // namespace realm::ctl
