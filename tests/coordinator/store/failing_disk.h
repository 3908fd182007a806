// The machine's file system, but for the syncs that are told to fail, and for power cuts.

#ifndef REALMSHIFT_TESTS_COORDINATOR_STORE_FAILING_DISK_H_
#define REALMSHIFT_TESTS_COORDINATOR_STORE_FAILING_DISK_H_

#include <memory>

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace realm::coordinator {

class FailingDisk {
 public:
  // The `number`th sync of any file or folder, from 1, answers EIO without having synced anything;
  // with `for_ever`, so does every later one. 0: none.
  FailingDisk(int number, bool for_ever);
  ~FailingDisk();

  rocksdb::Env* env();

  // Syncs so far.
  int sync_count() const;

  // Every file loses what was written to it after its last sync that was well. Call it once nothing
  // has the files open.
  void CutPower();

 private:
  class Files;

  std::shared_ptr<Files> files_;
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_TESTS_COORDINATOR_STORE_FAILING_DISK_H_
