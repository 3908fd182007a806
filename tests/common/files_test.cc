#include "common/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "common/random.h"
#include "tests/support/temp_folder.h"

namespace realm {
namespace {

TEST(FilesTest, ReadsBackWhatWasWritten) {
  const TempFolder folder;
  const std::string path = folder.path("key");
  const std::string contents = RandomBytes(100000);
  ASSERT_TRUE(WriteFileAtomically(path, contents, 0600).ok());
  EXPECT_EQ(*ReadSmallFile(path), contents);
  ASSERT_TRUE(WriteFileAtomically(path, "shorter", 0640).ok());
  EXPECT_EQ(*ReadSmallFile(path), "shorter");
  struct stat facts {};
  ASSERT_EQ(stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0640u);
}

TEST(FilesTest, AFailedWriteLeavesTheFormerFileAndNothingElse) {
  const TempFolder folder;
  const std::string path = folder.path("taken");
  std::filesystem::create_directory(path);
  std::ofstream(path + "/inside") << "x";
  const absl::Status status = WriteFileAtomically(path, "contents", 0600);
  EXPECT_FALSE(status.ok());
  EXPECT_TRUE(std::filesystem::exists(path + "/inside"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(FilesTest, ErrorsNameThePath) {
  const TempFolder folder;
  const absl::Status missing = ReadSmallFile(folder.path("none")).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_NE(missing.message().find("/none"), absl::string_view::npos) << missing;
  EXPECT_EQ(ReadSmallFile(folder.path()).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(FilesTest, APipeIsRefusedAndNotWaitedFor) {
  const TempFolder folder;
  const std::string path = folder.path("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(ReadSmallFile(path).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(FilesTest, AFileThatIsTooLargeIsRefused) {
  const TempFolder folder;
  const std::string path = folder.path("large");
  std::ofstream(path) << "x";
  std::filesystem::resize_file(path, kSmallFileBytesMax + 1);
  EXPECT_EQ(ReadSmallFile(path).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(SecretFileTest, IsReadOnlyWhenNoOneElseCanTouchIt) {
  const TempFolder folder;
  const std::string path = folder.path("key");
  for (const mode_t mode : {0400, 0600, 0440, 0640}) {
    ASSERT_TRUE(WriteFileAtomically(path, "hush", mode).ok());
    const absl::StatusOr<Secret> secret = ReadSecretFile(path);
    ASSERT_TRUE(secret.ok()) << secret.status();
    EXPECT_EQ(secret->Reveal(), "hush");
  }
  for (const mode_t mode : {0604, 0602, 0601, 0620, 0644}) {
    ASSERT_TRUE(WriteFileAtomically(path, "hush", mode).ok());
    const absl::Status status = ReadSecretFile(path).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_NE(status.message().find("chmod 600"), absl::string_view::npos) << status;
  }
}

}  // namespace
}  // namespace realm
