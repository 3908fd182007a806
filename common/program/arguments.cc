#include "common/program/arguments.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

#include "common/config/words.h"
#include "common/status_macros.h"

namespace realm {

std::string Arguments::Get(absl::string_view flag, absl::string_view otherwise) const {
  const auto found = values_.find(flag);
  return found == values_.end() ? std::string(otherwise) : found->second;
}

absl::StatusOr<absl::Duration> Arguments::GetDuration(absl::string_view flag,
                                                      absl::Duration otherwise) const {
  if (!Has(flag)) return otherwise;
  absl::Duration duration;
  const std::string text = Get(flag);
  if (absl::ParseDuration(text, &duration) && duration > absl::ZeroDuration()) return duration;
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, " is ", Quoted(text), "; write a duration like 10s or 2m30s"));
}

absl::StatusOr<int64_t> Arguments::GetCount(absl::string_view flag, int64_t otherwise) const {
  if (!Has(flag)) return otherwise;
  int64_t count = 0;
  const std::string text = Get(flag);
  if (absl::SimpleAtoi(text, &count) && count >= 0) return count;
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, " is ", Quoted(text), "; write a whole number from 0"));
}

absl::StatusOr<int> Arguments::GetPort(absl::string_view flag, int otherwise) const {
  if (!Has(flag)) return otherwise;
  int port = 0;
  const std::string text = Get(flag);
  if (absl::SimpleAtoi(text, &port) && port >= 0 && port <= 65535) return port;
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, " is ", Quoted(text), "; write a port from 0 to 65535"));
}

class ArgumentParser {
 public:
  ArgumentParser(const std::vector<std::string>& words, const std::vector<Flag>& flags)
      : words_(words), flags_(flags) {}

  absl::StatusOr<Arguments> Parse() {
    for (; next_ < words_.size(); ++next_) {
      if (words_[next_] == "--") break;
      RETURN_IF_ERROR(Take(words_[next_]));
    }
    for (++next_; next_ < words_.size(); ++next_)
      arguments_.positional_.push_back(words_[next_]);
    return arguments_;
  }

 private:
  absl::Status Take(const std::string& word) {
    absl::string_view rest = word;
    if (absl::ConsumePrefix(&rest, "--")) return TakeLong(rest);
    // "-" alone is what programs call their standard input.
    if (word.size() > 1 && absl::ConsumePrefix(&rest, "-")) return TakeShort(rest);
    arguments_.positional_.push_back(word);
    return absl::OkStatus();
  }

  absl::Status TakeLong(absl::string_view rest) {
    const size_t equals = rest.find('=');
    const std::string name = absl::StrReplaceAll(rest.substr(0, equals), {{"_", "-"}});
    for (const Flag& flag : flags_) {
      if (flag.name != name) continue;
      if (equals == absl::string_view::npos) return Set(flag, std::nullopt);
      return Set(flag, std::string(rest.substr(equals + 1)));
    }
    return Unknown(absl::StrCat("--", rest.substr(0, equals)));
  }

  absl::Status TakeShort(absl::string_view rest) {
    for (const Flag& flag : flags_) {
      if (flag.letter != rest.substr(0, 1)) continue;
      if (rest.size() == 1) return Set(flag, std::nullopt);
      return Set(flag, std::string(rest.substr(1)));
    }
    return Unknown(absl::StrCat("-", rest));
  }

  absl::Status Unknown(const std::string& written) const {
    std::vector<std::string> known;
    for (const Flag& flag : flags_)
      known.push_back(absl::StrCat("--", flag.name));
    const std::string nearest = Nearest(written, known);
    return absl::InvalidArgumentError(
        absl::StrCat("there is no flag ", written, "; ",
                     nearest.empty() ? absl::StrCat("known here: ", OneOf(known))
                                     : absl::StrCat("did you mean ", nearest, "?")));
  }

  absl::Status Set(const Flag& flag, std::optional<std::string> value) {
    if (flag.value.empty() && value.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat("--", flag.name, " takes no value"));
    }
    if (!flag.value.empty() && !value.has_value()) {
      if (next_ + 1 >= words_.size()) {
        return absl::InvalidArgumentError(
            absl::StrCat("--", flag.name, " needs a value: --", flag.name, "=", flag.value));
      }
      value = words_[++next_];
    }
    if (!arguments_.values_.emplace(flag.name, value.value_or("")).second) {
      return absl::InvalidArgumentError(absl::StrCat("--", flag.name, " is given twice"));
    }
    return absl::OkStatus();
  }

  const std::vector<std::string>& words_;
  const std::vector<Flag>& flags_;
  size_t next_ = 0;
  Arguments arguments_;
};

std::string Written(const Flag& flag) {
  std::string text = flag.letter.empty() ? "    " : absl::StrCat("-", flag.letter, ", ");
  absl::StrAppend(&text, "--", flag.name);
  if (!flag.value.empty()) absl::StrAppend(&text, "=", flag.value);
  return text;
}

absl::StatusOr<Arguments> ParseArguments(const std::vector<std::string>& words,
                                         const std::vector<Flag>& flags) {
  return ArgumentParser(words, flags).Parse();
}

}  // namespace realm
