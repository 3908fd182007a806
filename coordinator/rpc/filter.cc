#include "coordinator/rpc/filter.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "common/status_macros.h"
#include "coordinator/core/view.h"

namespace realm::coordinator {
namespace {

absl::StatusOr<MigrationFilter> FlagTerm(absl::string_view key, const std::string& value,
                                         bool (*fact)(const Migration&)) {
  if (value != "true" && value != "false") {
    return absl::InvalidArgumentError(
        absl::StrCat("filter: ", key, "=", value, " must be true or false"));
  }
  const bool wanted = value == "true";
  return MigrationFilter([fact, wanted](const Migration& m) { return fact(m) == wanted; });
}

std::string LowerName(State state) {
  return absl::AsciiStrToLower(ToString(state));
}

absl::Status CheckState(const std::string& value) {
  std::vector<std::string> words;
  for (int i = static_cast<int>(State::kScheduled); i < kStateCount; ++i) {
    Migration m;
    m.state = static_cast<State>(i);
    // The platform's word does not tell a switched one from one that is committing.
    words.push_back(m.state == State::kSwitched ? LowerName(m.state) : std::string(StatusWord(m)));
    if (words.back() == value || LowerName(m.state) == value) return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("filter: state is \"", value, "\"; write ", absl::StrJoin(words, ", ")));
}

absl::StatusOr<MigrationFilter> ParseTerm(absl::string_view term) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(term, absl::MaxSplits('=', 1));
  const std::string key(absl::StripAsciiWhitespace(parts.first));
  const std::string value(absl::StripAsciiWhitespace(parts.second));
  if (key == "state") {
    RETURN_IF_ERROR(CheckState(value));
    return MigrationFilter([value](const Migration& m) {
      return StatusWord(m) == value || LowerName(m.state) == value;
    });
  }
  if (key == "source_realm") {
    return MigrationFilter([value](const Migration& m) { return m.source.value() == value; });
  }
  if (key == "target_realm") {
    return MigrationFilter([value](const Migration& m) { return m.target.value() == value; });
  }
  if (key == "app_id") {
    return MigrationFilter([value](const Migration& m) { return m.key.app.value() == value; });
  }
  if (key == "tenant_id") {
    return MigrationFilter([value](const Migration& m) { return m.key.tenant.value() == value; });
  }
  if (key == "stuck") {
    return FlagTerm(key, value, [](const Migration& m) { return m.stuck; });
  }
  if (key == "open") {
    return FlagTerm(key, value, [](const Migration& m) { return !IsTerminal(m.state); });
  }
  return absl::InvalidArgumentError(
      absl::StrCat("filter: \"", term, "\" is not of the form KEY=VALUE with a key of state, ",
                   "source_realm, target_realm, app_id, tenant_id, stuck, open"));
}

}  // namespace

bool TakesOpenOnly(absl::string_view text) {
  for (const absl::string_view term : absl::StrSplit(text, " AND ")) {
    if (absl::StripAsciiWhitespace(term) == "open=true") return true;
  }
  return false;
}

absl::StatusOr<MigrationFilter> ParseFilter(absl::string_view text) {
  std::vector<MigrationFilter> terms;
  if (!absl::StripAsciiWhitespace(text).empty()) {
    for (const absl::string_view term : absl::StrSplit(text, " AND ")) {
      ASSIGN_OR_RETURN(MigrationFilter parsed, ParseTerm(term));
      terms.push_back(std::move(parsed));
    }
  }
  return MigrationFilter([terms = std::move(terms)](const Migration& m) {
    for (const MigrationFilter& term : terms) {
      if (!term(m)) return false;
    }
    return true;
  });
}

}  // namespace realm::coordinator
