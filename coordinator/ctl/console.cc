#include "coordinator/ctl/console.h"

#include <stdlib.h>
#include <unistd.h>

#include <iostream>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "common/config/words.h"

namespace realm::ctl {
namespace {

bool WantsColor() {
  const char* no_color = getenv("NO_COLOR");
  const char* term = getenv("TERM");
  return (no_color == nullptr || *no_color == '\0') && term != nullptr &&
         absl::string_view(term) != "dumb";
}

}  // namespace

Console Console::OfProgram() {
  Traits traits;
  traits.out_is_terminal = isatty(STDOUT_FILENO) == 1;
  traits.err_is_terminal = isatty(STDERR_FILENO) == 1;
  traits.in_is_terminal = isatty(STDIN_FILENO) == 1;
  return Console(std::cout, std::cerr, std::cin, traits);
}

absl::Status Console::SetColor(absl::string_view when) {
  if (when != "auto" && when != "always" && when != "never") {
    return absl::InvalidArgumentError(
        absl::StrCat("--color is ", Quoted(when), "; write auto, always or never"));
  }
  traits_.color = when == "always" || (when == "auto" && traits_.out_is_terminal && WantsColor());
  return absl::OkStatus();
}

void Console::Print(absl::string_view text) {
  out_ << text << std::flush;
}

void Console::Note(absl::string_view text) {
  err_ << text << std::flush;
}

void Console::Hint(absl::string_view text) {
  if (traits_.err_is_terminal) Note(text);
}

absl::StatusOr<std::string> Console::Ask(absl::string_view question, absl::string_view instead) {
  std::string line;
  if (!traits_.in_is_terminal) {
    return absl::InvalidArgumentError(
        absl::StrCat("there is no terminal to ask at; give ", instead));
  }
  Note(question);
  if (!std::getline(in_, line)) {
    return absl::InvalidArgumentError(absl::StrCat("nothing was answered; give ", instead));
  }
  return std::string(absl::StripAsciiWhitespace(line));
}

std::string Console::Colored(absl::string_view text, absl::string_view code) const {
  if (!traits_.color) return std::string(text);
  return absl::StrCat("\033[", code, "m", text, "\033[0m");
}

std::string Printable(absl::string_view text) {
  std::string printable;
  for (const char c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      absl::StrAppend(&printable, absl::CHexEscape(absl::string_view(&c, 1)));
    } else {
      printable.push_back(c);
    }
  }
  return printable;
}

}  // namespace realm::ctl
