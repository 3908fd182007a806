#include "tests/coordinator/store/raw_database.h"

#include <memory>

#include "rocksdb/db.h"

#include "common/check.h"
#include "common/strings.h"

namespace realm::coordinator {
namespace {

std::unique_ptr<rocksdb::DB> Open(const std::string& path) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* database = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, path, &database);
  REALM_CHECK(status.ok(), status.ToString());
  return std::unique_ptr<rocksdb::DB>(database);
}

}  // namespace

void PutRaw(const std::string& path, absl::string_view key, absl::string_view bytes) {
  const rocksdb::Status status = Open(path)->Put({}, ToStd(key), ToStd(bytes));
  REALM_CHECK(status.ok(), status.ToString());
}

std::string GetRaw(const std::string& path, absl::string_view key) {
  std::string bytes;
  const rocksdb::Status status = Open(path)->Get({}, ToStd(key), &bytes);
  REALM_CHECK(status.ok(), status.ToString());
  return bytes;
}

}  // namespace realm::coordinator
