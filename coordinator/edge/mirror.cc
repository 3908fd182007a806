#include "coordinator/edge/mirror.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"

#include "common/digest.h"
#include "common/files.h"
#include "common/log.h"
#include "realm/store/v1/edge_cache.pb.h"

namespace realm::edge {
namespace {

constexpr uint32_t kFormatVersion = 1;
// From a change to the writing of it, so that changes that come together are written together.
constexpr absl::Duration kGather = absl::Milliseconds(50);
// After a failure to write: a full disk is not filled faster.
constexpr absl::Duration kRetryPause = absl::Seconds(5);
// The writer rests this many times as long as it wrote.
constexpr int kRestFactor = 9;

// A cache may be larger than the small files of common/files.h. NotFound: there is none.
absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open() && !std::filesystem::exists(path)) return absl::NotFoundError(path);
  std::stringstream contents;
  contents << file.rdbuf();
  if (!file.is_open() || file.bad()) return absl::UnavailableError("it cannot be read");
  return contents.str();
}

absl::StatusOr<store::v1::EdgeCacheFile> Decode(absl::string_view contents) {
  if (contents.size() < kDigestBytes) return absl::DataLossError("it is too short");
  const absl::string_view body = contents.substr(0, contents.size() - kDigestBytes);
  if (Sha256(body) != contents.substr(body.size())) {
    return absl::DataLossError("its digest does not fit");
  }
  store::v1::EdgeCacheFile file;
  if (!file.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return absl::DataLossError("it does not decode");
  }
  if (file.format_version() != kFormatVersion) {
    return absl::FailedPreconditionError("it is of another version of this program");
  }
  return file;
}

}  // namespace

std::string MirrorKey(std::initializer_list<absl::string_view> parts) {
  return absl::StrJoin(parts, absl::string_view("\0", 1));
}

Mirror::Mirror(std::string path, const Clock* clock) : path_(std::move(path)), clock_(clock) {
  Load();
  writer_ = std::thread([this] { WriteWhenChanged(); });
}

Mirror::~Mirror() {
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
  }
  writer_.join();
}

void Mirror::Load() {
  const absl::StatusOr<std::string> contents = ReadWhole(path_);
  if (absl::IsNotFound(contents.status())) return;
  const absl::StatusOr<store::v1::EdgeCacheFile> file =
      contents.ok() ? Decode(*contents) : contents.status();
  if (!file.ok()) {
    Log(Level::kError, "cache file not used", {{"path", path_}, {"error", file.status()}});
    return;
  }
  absl::MutexLock lock(&mutex_);
  for (const store::v1::EdgeCacheEntry& entry : file->entries()) {
    rows_[entry.key()].bytes = entry.value();
  }
  complete_ = true;
}

std::optional<std::string> Mirror::Find(absl::string_view key) const {
  absl::MutexLock lock(&mutex_);
  const auto row = rows_.find(key);
  if (row == rows_.end()) return std::nullopt;
  return row->second.bytes;
}

std::vector<std::string> Mirror::FindAll(absl::string_view prefix) const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> found;
  for (auto row = rows_.lower_bound(prefix); row != rows_.end(); ++row) {
    if (!absl::StartsWith(row->first, prefix)) break;
    found.push_back(row->second.bytes);
  }
  return found;
}

void Mirror::Put(absl::string_view key, std::string row) {
  Change(key, [&row](const std::string*, bool) { return std::move(row); });
}

void Mirror::Change(absl::string_view key, RowChange change) {
  absl::MutexLock lock(&mutex_);
  const auto kept = rows_.find(key);
  std::optional<std::string> row =
      kept == rows_.end() ? change(nullptr, false) : change(&kept->second.bytes, kept->second.seen);
  if (kept == rows_.end() && !row.has_value()) return;
  Row& place = kept == rows_.end() ? rows_[std::string(key)] : kept->second;
  place.seen = true;
  if (!row.has_value() || (kept != rows_.end() && place.bytes == *row)) return;
  place.bytes = *std::move(row);
  ++changes_;
}

void Mirror::BeginSnapshot() {
  absl::MutexLock lock(&mutex_);
  for (auto& [key, row] : rows_)
    row.seen = false;
  in_snapshot_ = true;
  live_ = false;
}

void Mirror::EndSnapshot() {
  absl::MutexLock lock(&mutex_);
  for (auto row = rows_.begin(); row != rows_.end();) {
    if (!row->second.seen) ++changes_;
    row = row->second.seen ? std::next(row) : rows_.erase(row);
  }
  if (!complete_) ++changes_;  // So that an empty file says that there is nothing.
  in_snapshot_ = false;
  live_ = true;
  complete_ = true;
}

void Mirror::LoseStream() {
  absl::MutexLock lock(&mutex_);
  in_snapshot_ = false;
  live_ = false;
}

bool Mirror::live() const {
  absl::MutexLock lock(&mutex_);
  return live_;
}

bool Mirror::complete() const {
  absl::MutexLock lock(&mutex_);
  return complete_;
}

bool Mirror::AwaitComplete(absl::Duration timeout) const {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&complete_), timeout);
}

bool Mirror::Flush(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  const uint64_t wanted = changes_;
  const auto written = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return written_ >= wanted; };
  return mutex_.AwaitWithTimeout(absl::Condition(&written), timeout);
}

std::string Mirror::Contents() const {
  store::v1::EdgeCacheFile file;
  file.set_format_version(kFormatVersion);
  for (const auto& [key, row] : rows_) {
    store::v1::EdgeCacheEntry* entry = file.add_entries();
    entry->set_key(key);
    entry->set_value(row.bytes);
  }
  return file.SerializeAsString();
}

absl::Status Mirror::Write(const std::string& contents) {
  return WriteFileAtomically(path_, contents + Sha256(contents), 0600);
}

void Mirror::WriteWhenChanged() {
  absl::Duration rest = kGather;
  while (true) {
    std::string contents;
    uint64_t changes = 0;
    {
      absl::MutexLock lock(&mutex_);
      const auto closing = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return closing_; };
      const auto changed = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
        return closing_ || changes_ > written_;
      };
      mutex_.Await(absl::Condition(&changed));
      mutex_.AwaitWithTimeout(absl::Condition(&closing), rest);
      if (changes_ == written_) return;  // Closing, and nothing is left.
      contents = Contents();
      changes = changes_;
    }
    const absl::Duration began = clock_->Monotonic();
    const absl::Status status = Write(contents);
    rest = std::max(kGather, (clock_->Monotonic() - began) * kRestFactor);
    if (!status.ok()) {
      Log(Level::kError, "cache file not written", {{"path", path_}, {"error", status}});
      rest = kRetryPause;
    }
    absl::MutexLock lock(&mutex_);
    if (status.ok()) written_ = changes;
    if (!status.ok() && closing_) return;
  }
}

}  // namespace realm::edge
