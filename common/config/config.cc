#include "common/config/config.h"

#include "absl/strings/str_cat.h"

#include "common/config/decode.h"
#include "common/config/defaults.h"
#include "common/config/findings.h"
#include "common/config/rules.h"
#include "common/config/yaml.h"
#include "common/files.h"
#include "common/status_macros.h"

namespace realm {
namespace {

template <typename Config>
absl::StatusOr<Config> Parse(absl::string_view text, absl::string_view name) {
  if (text.size() > kConfigBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat(name, ":1:1: the file has ", text.size(),
                                                   " bytes; write at most ", kConfigBytesMax));
  }
  ASSIGN_OR_RETURN(const YamlNode tree, ParseYaml(text, name));
  Findings findings(name);
  Config config;
  DecodeYaml(tree, config, findings);
  FillDefaults(findings, config);
  CheckRules(config, findings);
  RETURN_IF_ERROR(findings.ToStatus());
  return config;
}

template <typename Config>
absl::StatusOr<Config> Load(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(path));
  return Parse<Config>(text, path);
}

}  // namespace

absl::StatusOr<config::v1::CoordinatorConfig> LoadCoordinatorConfig(const std::string& path) {
  return Load<config::v1::CoordinatorConfig>(path);
}

absl::StatusOr<config::v1::WorkerConfig> LoadWorkerConfig(const std::string& path) {
  return Load<config::v1::WorkerConfig>(path);
}

absl::StatusOr<config::v1::CoordinatorConfig> ParseCoordinatorConfig(absl::string_view text,
                                                                     absl::string_view name) {
  return Parse<config::v1::CoordinatorConfig>(text, name);
}

absl::StatusOr<config::v1::WorkerConfig> ParseWorkerConfig(absl::string_view text,
                                                           absl::string_view name) {
  return Parse<config::v1::WorkerConfig>(text, name);
}

}  // namespace realm
