// A local copy of rows that the coordinator streams: bytes by key, in memory and in a file.
//
// The coordinator's word is the only truth. While it is away, the copy is its last word, also after
// a restart of this program. When a stream begins again it first sends all rows there are, and what
// was not among them goes.
//
// The file is rewritten as a whole, soon after a change but never for more than a tenth of the
// time, so that a large copy does not keep the disk busy. What changed in the last moment before a
// crash is therefore missing from the file; the coordinator sends it again.

#ifndef REALMSHIFT_COORDINATOR_EDGE_MIRROR_H_
#define REALMSHIFT_COORDINATOR_EDGE_MIRROR_H_

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "common/clock.h"

namespace realm::edge {

// "a\0b\0c": parts that contain no NUL, so that no two lists of parts make the same key.
std::string MirrorKey(std::initializer_list<absl::string_view> parts);

// Thread safety: any thread may call any method; streams must not overlap.
class Mirror {
 public:
  // Starts from the file at `path`. One that is missing is empty; one that cannot be read is logged
  // and taken for empty. `clock` must outlive this.
  Mirror(std::string path, const Clock* clock);
  // Writes what has not been written.
  ~Mirror();

  // The row at `key`.
  std::optional<std::string> Find(absl::string_view key) const;
  // The rows whose keys begin with `prefix`, in the order of their keys.
  std::vector<std::string> FindAll(absl::string_view prefix) const;

  void Put(absl::string_view key, std::string row);
  // Puts what `change` makes of the row at `key`, in one step. It gets the row that is there (null:
  // none) and whether that was put since the last BeginSnapshot; nothing leaves the row as it is.
  using RowChange =
      absl::FunctionRef<std::optional<std::string>(const std::string* kept, bool seen)>;
  void Change(absl::string_view key, RowChange change);

  // A stream begins: what is put from here on is seen.
  void BeginSnapshot();
  // The stream has sent all there is: what was not seen goes. REQUIRES: after BeginSnapshot.
  void EndSnapshot();
  // A stream broke off; a later BeginSnapshot starts over.
  void LoseStream();

  // The stream is up and its snapshot is complete: the copy is at most a moment behind.
  bool live() const;
  // There was a file, or a snapshot has been complete since: a missing row means something.
  bool complete() const;
  // Waits for that, at most for `timeout`; returns whether it is so.
  bool AwaitComplete(absl::Duration timeout) const;

  // Waits until the file holds everything put before the call, at most for `timeout`.
  bool Flush(absl::Duration timeout);

 private:
  struct Row {
    std::string bytes;
    bool seen = false;
  };

  void Load();
  void WriteWhenChanged();
  absl::Status Write(const std::string& contents);
  std::string Contents() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  const Clock* const clock_;

  mutable absl::Mutex mutex_;
  std::map<std::string, Row, std::less<>> rows_ ABSL_GUARDED_BY(mutex_);
  bool in_snapshot_ ABSL_GUARDED_BY(mutex_) = false;
  bool live_ ABSL_GUARDED_BY(mutex_) = false;
  bool complete_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  // Counts changes; the file holds those up to `written_`.
  uint64_t changes_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t written_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread writer_;
};

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_MIRROR_H_
