#include "coordinator/core/refusal.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/status/status.h"

namespace realm::coordinator {
namespace {

constexpr int kRefusals = static_cast<int>(Refusal::kEntryChanged) + 1;

TEST(RefusalTest, EachHasAWordOfItsOwn) {
  std::set<std::string> words;
  for (int i = 0; i < kRefusals; ++i) {
    words.insert(std::string(ToString(static_cast<Refusal>(i))));
  }
  EXPECT_EQ(words.size(), static_cast<size_t>(kRefusals));
}

// The five codes are the platform's; it must not be told another.
TEST(RefusalTest, ThePlatformIsToldTheListedCode) {
  EXPECT_EQ(ErrorResponseCode(Refusal::kNotScheduled), "E0001");
  EXPECT_EQ(ErrorResponseCode(Refusal::kLocationMismatch), "E0001");
  EXPECT_EQ(ErrorResponseCode(Refusal::kRealmUnsupported), "E0002");
  EXPECT_EQ(ErrorResponseCode(Refusal::kMigrationsUnsupported), "E0003");
  EXPECT_EQ(ErrorResponseCode(Refusal::kTooMany), "E0004");
  for (int i = static_cast<int>(Refusal::kTooMany) + 1; i < kRefusals; ++i) {
    EXPECT_EQ(ErrorResponseCode(static_cast<Refusal>(i)), "E9999") << i;
  }
}

TEST(RefusalTest, AStatusCarriesItsRefusal) {
  for (int i = 0; i < kRefusals; ++i) {
    const absl::Status status = Refuse(static_cast<Refusal>(i), "because");
    EXPECT_EQ(RefusalOf(status), static_cast<Refusal>(i));
    EXPECT_EQ(status.message(), "because");
    EXPECT_EQ(status.code(), static_cast<Refusal>(i) == Refusal::kTooMany
                                 ? absl::StatusCode::kResourceExhausted
                                 : absl::StatusCode::kFailedPrecondition);
  }
}

TEST(RefusalTest, FaultsCarryNone) {
  EXPECT_FALSE(RefusalOf(absl::OkStatus()).has_value());
  EXPECT_FALSE(RefusalOf(absl::UnavailableError("the disk")).has_value());
  absl::Status odd = absl::InternalError("odd");
  odd.SetPayload("realm.refusal", absl::Cord("two"));
  EXPECT_FALSE(RefusalOf(odd).has_value());
}

}  // namespace
}  // namespace realm::coordinator
