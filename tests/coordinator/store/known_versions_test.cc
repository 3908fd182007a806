#include "coordinator/store/known_versions.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace realm::coordinator {
namespace {

TEST(KnownVersionsTest, NothingIsKnownOfARowThatWasThereBefore) {
  KnownVersions versions([](char first) { return std::string(1, first) + "/m"; });
  EXPECT_EQ(versions.Find("t/a"), std::nullopt);
  EXPECT_EQ(versions.Find("t/m"), std::nullopt);
}

TEST(KnownVersionsTest, AfterTheGreatestKeyThereIsNoRow) {
  KnownVersions versions([](char first) { return std::string(1, first) + "/m"; });
  EXPECT_EQ(versions.Find("t/n"), 0);
  versions.Note("t/n", 1);
  EXPECT_EQ(versions.Find("t/n"), std::nullopt);
  EXPECT_EQ(versions.Find("t/o"), 0);
}

TEST(KnownVersionsTest, WhatWasWrittenIsKnown) {
  KnownVersions versions([](char) { return "z"; });
  versions.Note("t/a", 7);
  EXPECT_EQ(versions.Find("t/a"), 7);
  versions.Note("t/a", 0);
  EXPECT_EQ(versions.Find("t/a"), 0);
}

TEST(KnownVersionsTest, WhatIsForgottenIsUnknownAndNeverWrong) {
  KnownVersions versions([](char) { return "z"; });
  for (int i = 0; i < 200'000; ++i)
    versions.Note(absl::StrCat("t/", i), 3);
  int known = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::optional<uint64_t> found = versions.Find(absl::StrCat("t/", i));
    if (!found) continue;
    ++known;
    ASSERT_EQ(*found, 3);
  }
  EXPECT_GT(known, 0);
  EXPECT_LE(known, 64 * 1024);
}

}  // namespace
}  // namespace realm::coordinator
