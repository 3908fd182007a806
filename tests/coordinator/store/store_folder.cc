#include "tests/coordinator/store/store_folder.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"

#include "common/check.h"
#include "common/files.h"
#include "coordinator/store/rocksdb_store.h"

namespace realm::coordinator {

namespace fs = std::filesystem;

absl::StatusOr<std::unique_ptr<Store>> OpenStore(const std::string& folder) {
  RocksdbStoreOptions options;
  options.folder = folder;
  return OpenRocksdbStore(options);
}

std::unique_ptr<Store> MustOpenStore(const std::string& folder) {
  auto store = OpenStore(folder);
  REALM_CHECK_OK(store.status());
  return *std::move(store);
}

absl::StatusOr<std::unique_ptr<Store>> OpenStoreAcceptingLoss(const std::string& folder) {
  RocksdbStoreOptions options;
  options.folder = folder;
  options.accept_data_loss = true;
  return OpenRocksdbStore(options);
}

void CopyFolder(const std::string& from, const std::string& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
}

std::vector<std::string> FilesOf(const std::string& folder) {
  std::vector<std::string> paths;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().filename() != "lock") {
      paths.push_back(entry.path().string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::map<std::string, std::string> ContentsOf(const std::string& folder) {
  std::map<std::string, std::string> contents;
  for (const std::string& path : FilesOf(folder)) {
    contents[path.substr(folder.size())] = *ReadSmallFile(path);
  }
  return contents;
}

std::string LogOf(const std::string& folder) {
  for (const std::string& path : FilesOf(folder)) {
    if (absl::EndsWith(path, ".log") && fs::file_size(path) > 0) return path;
  }
  REALM_CHECK(false, "there is no log in ", folder);
}

void FlipByte(const std::string& path, size_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(byte ^ 0x10));
  REALM_CHECK(file.good(), path);
}

}  // namespace realm::coordinator
