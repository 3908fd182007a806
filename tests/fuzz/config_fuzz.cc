// Configuration files that people write: any text is either taken, or refused with a place in it.

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "common/config/config.h"
#include "common/config/duration.h"
#include "common/config/yaml.h"
#include "common/files.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/paths.h"

namespace realm::fuzz {
namespace {

void CheckRefusal(const absl::Status& status) {
  if (status.ok()) return;
  REALM_CHECK(absl::IsInvalidArgument(status), status.ToString());
  REALM_CHECK(absl::StartsWith(status.message(), "f.yaml:"), status.ToString());
}

void RunDuration(absl::string_view text) {
  const absl::StatusOr<absl::Duration> duration = ParseConfigDuration(text);
  if (!duration.ok()) return;
  const absl::StatusOr<absl::Duration> again = ParseConfigDuration(FormatConfigDuration(*duration));
  REALM_CHECK(again.ok() && *again == *duration, text);
}

std::string Example(absl::string_view name) {
  return ReadSmallFile(absl::StrCat(SourceFolder(), "/docs/examples/", name)).value();
}

}  // namespace

void Run(absl::string_view input) {
  Input in(input);
  switch (in.Byte()) {
    case 'c':
      return CheckRefusal(ParseCoordinatorConfig(in.Rest(), "f.yaml").status());
    case 'w':
      return CheckRefusal(ParseWorkerConfig(in.Rest(), "f.yaml").status());
    case 'd':
      return RunDuration(in.Rest());
    default:
      CheckRefusal(ParseYaml(in.Rest(), "f.yaml").status());
  }
}

std::vector<std::string> Seeds() {
  return {"c" + Example("coordinator.yaml"),
          "w" + Example("worker-eu.yaml"),
          "y? [a, b]\n: {c: \"\\u0041\", d: 'e'}\n",
          "ya: |\n  b\n c: >-\n  d\n",
          "d1h30m",
          "d876000h"};
}

}  // namespace realm::fuzz
