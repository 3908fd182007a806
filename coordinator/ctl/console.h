// What a command writes to and asks, and what is known of who reads it.

#ifndef REALMSHIFT_COORDINATOR_CTL_CONSOLE_H_
#define REALMSHIFT_COORDINATOR_CTL_CONSOLE_H_

#include <istream>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace realm::ctl {

// Thread safety: one thread at a time.
class Console {
 public:
  struct Traits {
    bool out_is_terminal = false;
    bool err_is_terminal = false;
    bool in_is_terminal = false;
    // Meaning is never in the color alone.
    bool color = false;
  };

  Console(std::ostream& out, std::ostream& err, std::istream& in, const Traits& traits)
      : out_(out), err_(err), in_(in), traits_(traits) {}

  // The program's own three streams, without color.
  static Console OfProgram();

  // `when` is auto, always or never; auto means a terminal that is not "dumb", and no NO_COLOR in
  // the environment. InvalidArgument: another word.
  absl::Status SetColor(absl::string_view when);

  const Traits& traits() const { return traits_; }

  // What was asked for: to stdout, at once.
  void Print(absl::string_view text);
  // Words beside it: to stderr.
  void Note(absl::string_view text);
  // A suggestion: to stderr, and only if a person reads it.
  void Hint(absl::string_view text);

  // Writes `question` to stderr and reads a line. InvalidArgument: there is no terminal to ask at,
  // or it was closed; the message says that `instead` would do.
  absl::StatusOr<std::string> Ask(absl::string_view question, absl::string_view instead);

  // `text` as it is, or in the terminal's color.
  std::string Bold(absl::string_view text) const { return Colored(text, "1"); }
  std::string Red(absl::string_view text) const { return Colored(text, "31"); }
  std::string Green(absl::string_view text) const { return Colored(text, "32"); }

 private:
  std::string Colored(absl::string_view text, absl::string_view code) const;

  std::ostream& out_;
  std::ostream& err_;
  std::istream& in_;
  Traits traits_;
};

// `text` with its control characters escaped: what comes over the wire must
// not steer a terminal.
std::string Printable(absl::string_view text);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_CONSOLE_H_
