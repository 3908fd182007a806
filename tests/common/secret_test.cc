#include "common/secret.h"

#include <gtest/gtest.h>

#include <ostream>
#include <type_traits>

#include "absl/strings/str_cat.h"

#include "common/log.h"
#include "common/strings.h"

namespace realm {
namespace {

template <typename Type, typename = void>
struct Streams : std::false_type {};
template <typename Type>
struct Streams<Type, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<Type>())>>
    : std::true_type {};

// These do not compile, which is the point of the type.
static_assert(Streams<int>::value);
static_assert(!Streams<Secret>::value);
static_assert(!std::is_convertible_v<Secret, LogValue>);
static_assert(!std::is_convertible_v<Secret, absl::string_view>);
static_assert(!std::is_convertible_v<Secret, absl::AlphaNum>);

TEST(SecretTest, RevealsWhatItWasGiven) {
  EXPECT_EQ(Secret("hush").Reveal(), "hush");
  EXPECT_EQ(Secret(absl::string_view("a\0b", 3)).Reveal(), absl::string_view("a\0b", 3));
  EXPECT_TRUE(Secret().empty());
  EXPECT_EQ(Secret("hush").size(), 4u);
}

TEST(SecretTest, TakingAStringWipesTheString) {
  std::string text = "a secret that is longer than what a string keeps inside itself";
  const char* const bytes = text.data();
  const Secret secret(std::move(text));
  EXPECT_TRUE(text.empty());  // NOLINT(bugprone-use-after-move): that it is empty is promised.
  EXPECT_EQ(bytes[0], '\0');
  EXPECT_EQ(absl::string_view(bytes + 1, 4), absl::string_view("\0\0\0\0", 4));
  EXPECT_EQ(secret.Reveal().substr(0, 8), "a secret");
}

TEST(SecretTest, CopiesAndMovesKeepTheBytes) {
  Secret first("one");
  Secret copy(first);
  Secret moved(std::move(first));
  EXPECT_EQ(copy.Reveal(), "one");
  EXPECT_EQ(moved.Reveal(), "one");
  copy = Secret("two");
  moved = copy;
  EXPECT_EQ(moved.Reveal(), "two");
  copy = *&copy;
  EXPECT_EQ(copy.Reveal(), "two");
}

TEST(SecretTest, ComparesByContent) {
  EXPECT_TRUE(Secret("one") == Secret("one"));
  EXPECT_TRUE(Secret("one") != Secret("onf"));
  EXPECT_TRUE(Secret("one") != Secret("on"));
  EXPECT_TRUE(Secret("") == Secret(absl::string_view()));
}

TEST(StringsTest, ViewsOfOtherLibrariesConvertWithoutCopying) {
  const std::string text = "abc";
  EXPECT_EQ(ToStd(text).data(), text.data());
  EXPECT_EQ(ToView(std::string_view(text)).data(), text.data());
  EXPECT_EQ(ToStr(absl::string_view(text).substr(1)), "bc");
}

}  // namespace
}  // namespace realm
