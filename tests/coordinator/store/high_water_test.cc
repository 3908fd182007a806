#include "coordinator/store/high_water.h"

#include <gtest/gtest.h>

#include <string>

#include "common/check.h"
#include "common/digest.h"
#include "common/files.h"
#include "tests/support/temp_folder.h"

namespace realm::coordinator {
namespace {

class HighWaterTest : public testing::Test {
 protected:
  Mark MarkAt(uint64_t sequence) {
    Mark mark = first_;
    mark.head.sequence = sequence;
    mark.head.audit_sequence = sequence * 3;
    mark.head.chain_head = Sha256(std::to_string(sequence));
    mark.manifest = {"MANIFEST-000012", sequence * 100, Sha256("manifest")};
    return mark;
  }

  std::string Bytes() { return *ReadSmallFile(path_); }
  void Replace(const std::string& bytes) {
    REALM_CHECK_OK(WriteFileAtomically(path_, bytes, 0600));
  }

  TempFolder folder_;
  const std::string path_ = folder_.path("mark");
  const Mark first_{FirstHead(), {}};
};

TEST_F(HighWaterTest, TheNewestWriteIsRead) {
  EXPECT_EQ(HighWaterFile::Read(path_).status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(HighWaterFile::Create(path_, first_).ok());
  EXPECT_TRUE(*HighWaterFile::Read(path_) == first_);
  auto file = HighWaterFile::Open(path_);
  ASSERT_TRUE(file.ok()) << file.status();
  for (uint64_t sequence = 1; sequence <= 10; ++sequence) {
    ASSERT_TRUE((*file)->Write(MarkAt(sequence)).ok());
    EXPECT_TRUE(*HighWaterFile::Read(path_) == MarkAt(sequence));
    EXPECT_EQ(HighWaterFile::Read(path_)->manifest.name, "MANIFEST-000012");
    EXPECT_EQ(HighWaterFile::Read(path_)->manifest.bytes, sequence * 100);
  }
  EXPECT_TRUE((*file)->Sync().ok());
  EXPECT_EQ(Bytes().size(), 8192u);
}

TEST_F(HighWaterTest, AnOpenedFileGoesOnWhereItWas) {
  ASSERT_TRUE(HighWaterFile::Create(path_, first_).ok());
  for (uint64_t sequence = 1; sequence <= 5; ++sequence) {
    ASSERT_TRUE((*HighWaterFile::Open(path_))->Write(MarkAt(sequence)).ok());
    EXPECT_TRUE(*HighWaterFile::Read(path_) == MarkAt(sequence));
  }
}

// A write that a power cut interrupts leaves any mixture of the former slot and the new one.
TEST_F(HighWaterTest, ATornWriteLeavesTheWriteBeforeIt) {
  ASSERT_TRUE(HighWaterFile::Create(path_, first_).ok());
  auto file = *HighWaterFile::Open(path_);
  ASSERT_TRUE(file->Write(MarkAt(1)).ok());
  ASSERT_TRUE(file->Write(MarkAt(2)).ok());
  const std::string before = Bytes();
  ASSERT_TRUE(file->Write(MarkAt(3)).ok());
  const std::string after = Bytes();
  for (size_t cut = 0; cut <= after.size(); cut += 1) {
    // The bytes up to `cut` are new. Most cuts fall into what does not differ.
    if (cut > 0 && cut < after.size() && before[cut - 1] == after[cut - 1]) continue;
    Replace(after.substr(0, cut) + before.substr(cut));
    const auto read = HighWaterFile::Read(path_);
    ASSERT_TRUE(read.ok()) << cut;
    EXPECT_TRUE(*read == MarkAt(2) || *read == MarkAt(3)) << cut;
  }
}

TEST_F(HighWaterTest, ADamagedSlotIsNeverBelieved) {
  ASSERT_TRUE(HighWaterFile::Create(path_, first_).ok());
  auto file = *HighWaterFile::Open(path_);
  ASSERT_TRUE(file->Write(MarkAt(1)).ok());
  ASSERT_TRUE(file->Write(MarkAt(2)).ok());
  const std::string whole = Bytes();
  for (size_t i = 0; i < whole.size(); i += i % 4096 < 256 ? 1 : 511) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    Replace(flipped);
    const auto read = HighWaterFile::Read(path_);
    ASSERT_TRUE(read.ok());
    EXPECT_TRUE(*read == MarkAt(1) || *read == MarkAt(2)) << i;
  }
}

TEST_F(HighWaterTest, AFileWithoutAWholeSlotIsDamage) {
  ASSERT_TRUE(HighWaterFile::Create(path_, first_).ok());
  const std::string whole = Bytes();
  for (const std::string& bytes : {std::string(), std::string(8192, '\0'), whole.substr(0, 8191),
                                   whole + "x", std::string(10, 'x')}) {
    Replace(bytes);
    EXPECT_EQ(HighWaterFile::Read(path_).status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(HighWaterFile::Open(path_).status().code(), absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace realm::coordinator
