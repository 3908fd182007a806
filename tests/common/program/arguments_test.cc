#include "common/program/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace realm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<Flag>& Flags() {
  static const auto* flags = new std::vector<Flag>{{"output", "FORMAT", "", "o"},
                                                   {"wait", "DURATION", ""},
                                                   {"port", "PORT", ""},
                                                   {"dry-run", "", ""},
                                                   {"keep", "", ""}};
  return *flags;
}

std::string ErrorOf(const std::vector<std::string>& words) {
  return std::string(ParseArguments(words, Flags()).status().message());
}

TEST(ArgumentsTest, FlagsMayStandAnywhere) {
  const auto arguments = ParseArguments({"a", "--output=json", "b", "--keep", "c"}, Flags());
  ASSERT_TRUE(arguments.ok()) << arguments.status();
  EXPECT_THAT(arguments->positional(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(arguments->Get("output"), "json");
  EXPECT_TRUE(arguments->Has("keep"));
  EXPECT_FALSE(arguments->Has("wait"));
  EXPECT_EQ(arguments->Get("wait", "none"), "none");
}

TEST(ArgumentsTest, AValueMayBeWrittenInFourWays) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--output=json"},
                                                {"--output", "json"},
                                                {"-o", "json"},
                                                {"-ojson"}}) {
    const auto arguments = ParseArguments(words, Flags());
    ASSERT_TRUE(arguments.ok()) << arguments.status();
    EXPECT_EQ(arguments->Get("output"), "json");
  }
}

TEST(ArgumentsTest, AfterTwoDashesNothingIsAFlag) {
  const auto arguments = ParseArguments({"--", "--keep", "-x"}, Flags());
  ASSERT_TRUE(arguments.ok());
  EXPECT_THAT(arguments->positional(), ElementsAre("--keep", "-x"));
}

TEST(ArgumentsTest, AMisspelledFlagIsRefusedWithTheRightOne) {
  EXPECT_EQ(ErrorOf({"--outptu=json"}), "there is no flag --outptu; did you mean --output?");
  EXPECT_EQ(ErrorOf({"--frobnicate"}),
            "there is no flag --frobnicate; known here: --output, --wait, --port, --dry-run or "
            "--keep");
  EXPECT_THAT(ErrorOf({"-x"}), HasSubstr("there is no flag -x; known here: "));
}

TEST(ArgumentsTest, AnUnderscoreIsAsGoodAsADash) {
  EXPECT_TRUE(ParseArguments({"--dry_run"}, Flags())->Has("dry-run"));
  EXPECT_TRUE(ParseArguments({"--dry-run"}, Flags())->Has("dry-run"));
}

TEST(ArgumentsTest, MistakesWithValuesAreNamed) {
  EXPECT_THAT(ErrorOf({"--output"}), HasSubstr("--output needs a value"));
  EXPECT_THAT(ErrorOf({"--keep=yes"}), HasSubstr("--keep takes no value"));
  EXPECT_THAT(ErrorOf({"--keep", "--keep"}), HasSubstr("--keep is given twice"));
}

TEST(ArgumentsTest, DurationsAndPortsAreChecked) {
  const auto arguments = ParseArguments({"--wait=2m30s", "--port=7460"}, Flags());
  ASSERT_TRUE(arguments.ok());
  EXPECT_EQ(*arguments->GetDuration("wait", absl::Seconds(1)), absl::Seconds(150));
  EXPECT_EQ(*arguments->GetPort("port", 1), 7460);
  for (const std::string wrong : {"10", "-1s", "0s", "soon"}) {
    EXPECT_THAT(ParseArguments({"--wait", wrong}, Flags())
                    ->GetDuration("wait", absl::Seconds(1))
                    .status()
                    .message(),
                HasSubstr("--wait is"));
  }
  EXPECT_EQ(*arguments->GetCount("port", 1), 7460);
  for (const std::string wrong : {"-1", "1.5", "many", ""})
    EXPECT_FALSE(ParseArguments({"--port=" + wrong}, Flags())->GetCount("port", 1).ok()) << wrong;
  EXPECT_FALSE(ParseArguments({"--port=70000"}, Flags())->GetPort("port", 1).ok());
  EXPECT_EQ(*ParseArguments({}, Flags())->GetPort("port", 7), 7);
}

}  // namespace
}  // namespace realm
