// The demo's lines.

#ifndef REALMSHIFT_COORDINATOR_CTL_DEMO_SCREEN_H_
#define REALMSHIFT_COORDINATOR_CTL_DEMO_SCREEN_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "coordinator/ctl/console.h"
#include "realm/v1/types.pb.h"

namespace realm::ctl {

// "POST /start     200  copying          US -> EU": what was sent, and what was answered.
std::string HookLine(absl::string_view method, absl::string_view path, int status,
                     absl::string_view answer, absl::string_view remark = "");

// "core     blocking      100 %   8,000/8,000  32.0 MiB  done in 0.8 s".
std::string TransferLine(const v1::Transfer& transfer, const v1::Progress& progress,
                         absl::string_view remark);

// "verify   core          8,000 compared, 0 missing, 0 extra, 0 different".
std::string VerifyLine(const v1::Transfer& transfer);

// What the copy of a transfer reports now, or what it last reported.
v1::Progress ProgressOf(const v1::Migration& migration, const v1::Transfer& transfer);

// Draws the transfers of a migration while they are copied: over the former drawing at a terminal,
// and elsewhere only once each is done.
//
// Thread safety: one thread at a time.
class TransferBoard {
 public:
  explicit TransferBoard(Console& console) : console_(console) {}

  // Shows what is new in `migration`. `began` is when the copying did.
  void Show(const v1::Migration& migration, absl::Time began, absl::Time now);
  // What comes next is not to draw over this. Ends with a line for each transfer that is not done.
  void Settle();

 private:
  void Draw(const std::vector<std::string>& lines);
  std::string LineOf(const v1::Migration& migration, const v1::Transfer& transfer, absl::Time began,
                     absl::Time now);

  Console& console_;
  int lines_drawn_ = 0;
  // By transfer: how long it took until it was verified.
  std::map<std::string, absl::Duration> took_;
  // By transfer: the last line that was shown.
  std::map<std::string, std::string> lines_;
  std::vector<std::string> printed_;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_DEMO_SCREEN_H_
