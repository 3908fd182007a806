#include "coordinator/store/high_water.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

#include "common/digest.h"
#include "common/files.h"
#include "common/status_macros.h"

namespace realm::coordinator {
namespace {

constexpr size_t kSlotBytes = 4096;
constexpr int kSlotCount = 2;
constexpr absl::string_view kWords = "realmshift store mark 1\n";
constexpr size_t kCountDigits = 20;

struct Mark {
  uint64_t write_count = 0;
  StoreHead head;
};

std::string EncodeSlot(const Mark& mark) {
  std::string slot =
      absl::StrCat(kWords, absl::StrFormat("%020d\n", mark.write_count), EncodeHead(mark.head));
  absl::StrAppend(&slot, Sha256(slot));
  slot.resize(kSlotBytes);
  return slot;
}

// Nothing unless the slot is whole.
std::optional<Mark> DecodeSlot(absl::string_view slot) {
  if (!absl::ConsumePrefix(&slot, kWords)) return std::nullopt;
  Mark mark;
  if (!absl::SimpleAtoi(slot.substr(0, kCountDigits), &mark.write_count)) return std::nullopt;
  slot.remove_prefix(kCountDigits + 1);
  const absl::StatusOr<StoreHead> head = DecodeHead(slot.substr(0, kHeadBytes));
  if (!head.ok()) return std::nullopt;
  mark.head = *head;
  // Written again, it must come out the same: that is the digest, and the zeros after it.
  const std::string again = EncodeSlot(mark);
  if (absl::string_view(again).substr(kWords.size() + kCountDigits + 1) != slot)
    return std::nullopt;
  return mark;
}

absl::StatusOr<Mark> NewestOf(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadSmallFile(path));
  std::optional<Mark> newest;
  for (int i = 0; i < kSlotCount && bytes.size() == kSlotCount * kSlotBytes; ++i) {
    const auto slot = absl::string_view(bytes).substr(i * kSlotBytes, kSlotBytes);
    const std::optional<Mark> mark = DecodeSlot(slot);
    if (!mark.has_value()) continue;
    if (!newest.has_value() || mark->write_count > newest->write_count) newest = mark;
  }
  if (newest.has_value()) return *newest;
  return absl::DataLossError(absl::StrCat("no slot of ", path, " is whole"));
}

absl::Status SystemError(absl::string_view what) {
  return absl::ErrnoToStatus(errno, absl::StrCat("the store's mark: ", what));
}

}  // namespace

absl::StatusOr<StoreHead> HighWaterFile::Read(const std::string& path) {
  ASSIGN_OR_RETURN(const Mark mark, NewestOf(path));
  return mark.head;
}

absl::Status HighWaterFile::Create(const std::string& path, const StoreHead& head) {
  const std::string slot = EncodeSlot({1, head});
  return WriteFileAtomically(path, absl::StrCat(slot, slot), 0600);
}

absl::StatusOr<std::unique_ptr<HighWaterFile>> HighWaterFile::Open(const std::string& path) {
  ASSIGN_OR_RETURN(const Mark newest, NewestOf(path));
  const int descriptor = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return SystemError("cannot open it");
  return absl::WrapUnique(new HighWaterFile(descriptor, newest.write_count));
}

HighWaterFile::~HighWaterFile() {
  close(descriptor_);
}

absl::Status HighWaterFile::Write(const StoreHead& head) {
  const std::string slot = EncodeSlot({++write_count_, head});
  const off_t offset = static_cast<off_t>(write_count_ % kSlotCount * kSlotBytes);
  const ssize_t written = pwrite(descriptor_, slot.data(), slot.size(), offset);
  if (written < 0) return SystemError("cannot write it");
  if (static_cast<size_t>(written) == slot.size()) return absl::OkStatus();
  return absl::UnknownError("the store's mark: only part of a slot was written");
}

absl::Status HighWaterFile::Sync() {
  return fdatasync(descriptor_) == 0 ? absl::OkStatus() : SystemError("cannot sync it");
}

}  // namespace realm::coordinator
