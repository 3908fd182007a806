// Another program that answers lines with lines.

#ifndef REALMSHIFT_TESTS_SUPPORT_LINE_PEER_H_
#define REALMSHIFT_TESTS_SUPPORT_LINE_PEER_H_

#include <sys/types.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace realm {

// Its stderr is ours. A signal that arrives during a wait does not end the wait: libFuzzer's alarm
// comes every few seconds, and makes system calls return early.
//
// Thread safety: one thread at a time.
class LinePeer {
 public:
  // Runs `command` by the shell. Aborts when there is no process to be had.
  explicit LinePeer(const std::string& command);
  // Kills it, unless it has ended.
  ~LinePeer();
  LinePeer(const LinePeer&) = delete;
  LinePeer& operator=(const LinePeer&) = delete;

  // Unavailable: it has ended; the message says how. `lines` is of any size, unless it answers
  // while it reads: it has to read all that is sent at once before its answers fill a pipe.
  absl::Status Send(absl::string_view lines);
  // The next line, without its end. Unavailable, as above.
  absl::StatusOr<std::string> ReadLine();

 private:
  absl::Status Ending(absl::string_view while_doing);

  pid_t pid_ = -1;
  int questions_ = -1;
  int answers_ = -1;
  std::string read_;
};

}  // namespace realm

#endif  // REALMSHIFT_TESTS_SUPPORT_LINE_PEER_H_
