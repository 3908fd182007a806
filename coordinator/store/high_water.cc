#include "coordinator/store/high_water.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "common/digest.h"
#include "common/files.h"
#include "common/status_macros.h"
#include "common/strings.h"
#include "coordinator/store/number.h"

namespace realm::coordinator {
namespace {

constexpr size_t kSlotBytes = 4096;
constexpr int kSlotCount = 2;
constexpr absl::string_view kWords = "realmshift store mark 1\n";
constexpr size_t kManifestNameBytes = 32;
// What is not zero in each slot.
constexpr size_t kSlotUsedBytes =
    kWords.size() + 2 * kNumberBytes + kHeadBytes + kManifestNameBytes + 2 * kDigestBytes;
static_assert(kSlotUsedBytes <= kSlotBytes);

struct Slot {
  uint64_t write_count = 0;
  Mark mark;
};

// Fixed widths, then the digest of all before it, then zeros.
std::string EncodeSlot(const Slot& slot) {
  std::string bytes(kWords);
  AppendNumber(slot.write_count, bytes);
  absl::StrAppend(&bytes, EncodeHead(slot.mark.head));
  std::string name = slot.mark.manifest.name;
  name.resize(kManifestNameBytes);
  std::string digest = slot.mark.manifest.digest;
  digest.resize(kDigestBytes);
  absl::StrAppend(&bytes, name, digest);
  AppendNumber(slot.mark.manifest.bytes, bytes);
  absl::StrAppend(&bytes, Sha256(bytes));
  bytes.resize(kSlotBytes);
  return bytes;
}

std::string ConsumeText(absl::string_view& bytes, size_t count) {
  const std::string text = ToStr(bytes.substr(0, count));
  bytes.remove_prefix(count);
  return text;
}

// Nothing unless the slot is whole. REQUIRES: kSlotBytes.
std::optional<Slot> DecodeSlot(absl::string_view bytes) {
  absl::string_view rest = bytes;
  if (!absl::ConsumePrefix(&rest, kWords)) return std::nullopt;
  Slot slot;
  slot.write_count = ConsumeNumber(rest);
  const absl::StatusOr<StoreHead> head = DecodeHead(ConsumeText(rest, kHeadBytes));
  if (!head.ok()) return std::nullopt;
  slot.mark.head = *head;
  slot.mark.manifest.name = ConsumeText(rest, kManifestNameBytes).c_str();
  slot.mark.manifest.digest = ConsumeText(rest, kDigestBytes);
  slot.mark.manifest.bytes = ConsumeNumber(rest);
  // Written again, it must come out the same: that compares the digest too.
  if (EncodeSlot(slot) != bytes) return std::nullopt;
  return slot;
}

absl::StatusOr<Slot> NewestOf(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadSmallFile(path));
  std::optional<Slot> newest;
  for (int i = 0; i < kSlotCount && bytes.size() == kSlotCount * kSlotBytes; ++i) {
    const std::optional<Slot> slot =
        DecodeSlot(absl::string_view(bytes).substr(i * kSlotBytes, kSlotBytes));
    if (!slot.has_value()) continue;
    if (!newest.has_value() || slot->write_count > newest->write_count) newest = slot;
  }
  if (newest.has_value()) return *newest;
  return absl::DataLossError(absl::StrCat("no slot of ", path, " is whole"));
}

absl::Status SystemError(absl::string_view what) {
  return absl::ErrnoToStatus(errno, absl::StrCat("the store's mark: ", what));
}

}  // namespace

bool operator==(const Mark& a, const Mark& b) {
  return EncodeSlot({0, a}) == EncodeSlot({0, b});
}

absl::StatusOr<Mark> HighWaterFile::Read(const std::string& path) {
  ASSIGN_OR_RETURN(const Slot newest, NewestOf(path));
  return newest.mark;
}

absl::Status HighWaterFile::Create(const std::string& path, const Mark& mark) {
  const std::string slot = EncodeSlot({1, mark});
  return WriteFileAtomically(path, absl::StrCat(slot, slot), 0600);
}

absl::StatusOr<std::unique_ptr<HighWaterFile>> HighWaterFile::Open(const std::string& path) {
  ASSIGN_OR_RETURN(const Slot newest, NewestOf(path));
  const int descriptor = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return SystemError("cannot open it");
  return absl::WrapUnique(new HighWaterFile(descriptor, newest.write_count));
}

HighWaterFile::~HighWaterFile() {
  close(descriptor_);
}

absl::Status HighWaterFile::Write(const Mark& mark) {
  const std::string slot = EncodeSlot({++write_count_, mark});
  const off_t offset = static_cast<off_t>(write_count_ % kSlotCount * kSlotBytes);
  // The rest has been zero since the file was made.
  const ssize_t written = pwrite(descriptor_, slot.data(), kSlotUsedBytes, offset);
  if (written < 0) return SystemError("cannot write it");
  if (static_cast<size_t>(written) == kSlotUsedBytes) return absl::OkStatus();
  return absl::UnknownError("the store's mark: only part of a slot was written");
}

absl::Status HighWaterFile::Sync() {
  return fdatasync(descriptor_) == 0 ? absl::OkStatus() : SystemError("cannot sync it");
}

}  // namespace realm::coordinator
