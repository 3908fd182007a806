// A process that writes numbered batches to a store and says which are acknowledged.

#ifndef REALMSHIFT_TESTS_COORDINATOR_STORE_STORE_CHILD_H_
#define REALMSHIFT_TESTS_COORDINATOR_STORE_STORE_CHILD_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace realm::coordinator {

class StoreChild {
 public:
  // Starts this very program again: it opens the store in `folder` and applies batches, from the
  // state it finds, until it is killed or `last` is applied. `wrapper` is put before the command.
  StoreChild(const std::string& folder, int last, const std::vector<std::string>& wrapper = {});
  // Kills it if it is still there.
  ~StoreChild();
  StoreChild(const StoreChild&) = delete;
  StoreChild& operator=(const StoreChild&) = delete;

  // Waits for what the child says next: 0 when it starts, the state it found once the store is
  // open, and then each batch once it is acknowledged. Nothing: the child has ended.
  std::optional<int> Next();

  // Sends SIGKILL.
  void Kill();

  // Waits for the end: the exit code, or minus the signal.
  int Wait();

 private:
  pid_t child_ = 0;
  int pipe_ = -1;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_TESTS_COORDINATOR_STORE_STORE_CHILD_H_
