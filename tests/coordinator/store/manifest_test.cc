#include "coordinator/store/manifest.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "common/check.h"
#include "common/files.h"
#include "tests/support/temp_folder.h"

namespace realm::coordinator {
namespace {

class ManifestTest : public testing::Test {
 protected:
  ManifestTest() {
    Put("CURRENT", "MANIFEST-000005\n");
    Put("MANIFEST-000005", "one two three");
  }

  void Put(const std::string& name, const std::string& bytes) {
    REALM_CHECK_OK(WriteFileAtomically(folder_.path(name), bytes, 0600));
  }

  absl::StatusCode CodeFor(const ManifestSeen& seen) {
    return VouchesFor(seen, folder_.path()).status().code();
  }

  TempFolder folder_;
};

TEST_F(ManifestTest, WhatWasSeenIsStillThereWhenItHasGrown) {
  const ManifestSeen seen = *SeeManifest(folder_.path());
  EXPECT_EQ(seen.name, "MANIFEST-000005");
  EXPECT_EQ(seen.bytes, 13u);
  EXPECT_TRUE(*VouchesFor(seen, folder_.path()));
  Put("MANIFEST-000005", "one two three four");
  EXPECT_TRUE(*VouchesFor(seen, folder_.path()));
}

TEST_F(ManifestTest, LessOrOtherBytesAreDamage) {
  const ManifestSeen seen = *SeeManifest(folder_.path());
  for (const char* bytes : {"one two thre", "one two thrEe", "", "one two thrEe four"}) {
    Put("MANIFEST-000005", bytes);
    EXPECT_EQ(CodeFor(seen), absl::StatusCode::kDataLoss) << bytes;
  }
  std::filesystem::remove(folder_.path("MANIFEST-000005"));
  EXPECT_EQ(CodeFor(seen), absl::StatusCode::kDataLoss);
}

TEST_F(ManifestTest, AnotherManifestIsNotVouchedFor) {
  const ManifestSeen seen = *SeeManifest(folder_.path());
  Put("CURRENT", "MANIFEST-000009\n");
  EXPECT_FALSE(*VouchesFor(seen, folder_.path()));
  EXPECT_FALSE(*VouchesFor(ManifestSeen(), folder_.path()));
}

TEST_F(ManifestTest, ACurrentThatNamesNoneIsDamage) {
  for (const char* text : {"", "CURRENT", "MANIFEST-/../x"}) {
    Put("CURRENT", text);
    EXPECT_EQ(SeeManifest(folder_.path()).status().code(), absl::StatusCode::kDataLoss) << text;
  }
  std::filesystem::remove(folder_.path("CURRENT"));
  EXPECT_EQ(SeeManifest(folder_.path()).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace realm::coordinator
