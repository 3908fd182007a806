#include "tests/sim/must_fail.h"

#include <filesystem>

#include "absl/strings/str_cat.h"

#include "common/config/findings.h"
#include "common/config/words.h"
#include "common/files.h"
#include "common/status_macros.h"
#include "tests/sim/yaml_fields.h"

namespace realm::sim {
namespace {

constexpr absl::string_view kMustFailSchema = "realm.sim.must_fail.v1";

// Whether the key is there.
bool ReadBug(absl::string_view key, Fields* fields, SeededBug* out) {
  std::string word;
  if (!fields->Text(key, &word)) return false;
  if (const std::optional<SeededBug> bug = SeededBugFrom(word)) {
    *out = *bug;
    return true;
  }
  std::vector<std::string> words;
  for (const SeededBugEntry& entry : SeededBugs())
    words.emplace_back(entry.word);
  fields->Add(key, absl::StrCat("is ", Quoted(word), "; ", Suggestion(word, words)));
  return true;
}

void ReadSeeds(Fields* fields, Findings* findings, MustFail* out) {
  std::string text;
  if (!fields->Text("seeds", &text)) {
    findings->Add("", "needs seeds, the budget: 1..500");
    return;
  }
  const absl::StatusOr<SeedRange> seeds = ParseSeeds(text);
  if (seeds.ok()) {
    out->seeds = *seeds;
  } else {
    fields->Add("seeds", absl::StrCat("is ", Quoted(text), "; write 1..500"));
  }
}

}  // namespace

absl::StatusOr<MustFail> ParseMustFail(absl::string_view text, absl::string_view name) {
  ASSIGN_OR_RETURN(const YamlNode root, ParseYaml(text, name));
  Findings findings(name);
  MustFail out;
  out.file = std::string(name);
  Fields fields(root, "", findings);
  std::string schema;
  if (!fields.Text("schema", &schema) || schema != kMustFailSchema) {
    findings.Add("", absl::StrCat("needs \"schema: ", kMustFailSchema, "\""));
  }
  if (!ReadBug("bug", &fields, &out.bug)) findings.Add("", "needs a bug");
  ReadBug("held_by", &fields, &out.held_by);
  ReadSeeds(&fields, &findings, &out);
  fields.Texts("scenarios", &out.scenarios);
  fields.Texts("caught_by", &out.caught_by);
  fields.Flag("twice", &out.twice);
  fields.Finish();
  RETURN_IF_ERROR(findings.ToStatus());
  const std::filesystem::path folder = std::filesystem::path(out.file).parent_path();
  for (std::string& scenario : out.scenarios)
    scenario = (folder / scenario).lexically_normal().string();
  return out;
}

absl::StatusOr<MustFail> LoadMustFail(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(path));
  return ParseMustFail(text, path);
}

}  // namespace realm::sim
