#include "coordinator/rpc/filter.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
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

absl::StatusOr<MigrationFilter> ParseTerm(absl::string_view term) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(term, absl::MaxSplits('=', 1));
  const std::string key(absl::StripAsciiWhitespace(parts.first));
  const std::string value(absl::StripAsciiWhitespace(parts.second));
  if (key == "state") {
    return MigrationFilter([value](const Migration& m) {
      return StatusWord(m) == value || absl::AsciiStrToLower(ToString(m.state)) == value;
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
