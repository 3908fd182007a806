#include "tests/chaos/ledger.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace realm::chaos {
namespace {

// By id. What is there twice, or has no number, is added to `wrong`.
std::map<int64_t, std::string> ById(const std::vector<std::string>& rows,
                                    std::vector<std::string>* wrong) {
  std::map<int64_t, std::string> texts;
  for (const std::string& row : rows) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(row, absl::MaxSplits('|', 1));
    int64_t id = 0;
    if (!absl::SimpleAtoi(parts.first, &id)) {
      wrong->push_back(absl::StrCat("a record without a number: ", row));
    } else if (!texts.emplace(id, parts.second).second) {
      wrong->push_back(absl::StrCat("record ", id, " is doubled"));
    }
  }
  return texts;
}

}  // namespace

Ledger::Text Ledger::TextOf(int64_t id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? std::nullopt : found->second.text;
}

bool Ledger::IsInDoubt(int64_t id) const {
  const auto found = entries_.find(id);
  return found != entries_.end() && found->second.perhaps.has_value();
}

void Ledger::Note(int64_t id, const Text& after, Said said) {
  if (said == Said::kDone) entries_[id].text = after;
  if (said == Said::kUnknown) entries_[id].perhaps = after;
}

std::vector<std::string> Ledger::Compare(const std::vector<std::string>& rows) {
  std::vector<std::string> wrong;
  std::map<int64_t, std::string> found = ById(rows, &wrong);
  for (auto& [id, entry] : entries_) {
    const auto at = found.find(id);
    const Text text = at == found.end() ? std::nullopt : std::make_optional(at->second);
    const bool perhaps = entry.perhaps.has_value() && text == *entry.perhaps;
    if (text != entry.text && !perhaps) {
      wrong.push_back(absl::StrCat("record ", id, " is ", text.value_or("not there"),
                                   " and was acknowledged as ", entry.text.value_or("deleted")));
    }
    entry = {text, std::nullopt};
    if (at != found.end()) found.erase(at);
  }
  for (const auto& [id, text] : found)
    wrong.push_back(absl::StrCat("record ", id, " was never written: ", text));
  return wrong;
}

}  // namespace realm::chaos
