#include "common/config/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "common/config/config.h"
#include "common/files.h"

namespace realm {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Error(absl::string_view text) {
  return std::string(ParseYaml(text, "f").status().message());
}

TEST(YamlTest, EachValueKnowsItsPlace) {
  const auto tree = ParseYaml("a: 1\nb:\n  - x\n  - 'true'\n", "f");
  ASSERT_TRUE(tree.ok()) << tree.status();
  ASSERT_EQ(tree->entries.size(), 2u);
  EXPECT_EQ(tree->entries[1].key, "b");
  EXPECT_EQ(tree->entries[1].position.line, 2);
  EXPECT_EQ(tree->entries[1].position.column, 1);
  const YamlNode& item = tree->entries[1].value.items[1];
  EXPECT_EQ(item.scalar, "true");
  EXPECT_TRUE(item.quoted);
  EXPECT_EQ(item.position.line, 4);
  EXPECT_EQ(item.position.column, 5);
  EXPECT_FALSE(tree->entries[1].value.items[0].quoted);
}

TEST(YamlTest, NothingIsNull) {
  EXPECT_EQ(ParseYaml("", "f")->kind, YamlNode::Kind::kNull);
  EXPECT_EQ(ParseYaml("# only words\n", "f")->kind, YamlNode::Kind::kNull);
  for (const absl::string_view text : {"a:", "a: ~", "a: null"}) {
    EXPECT_EQ(ParseYaml(text, "f")->entries[0].value.kind, YamlNode::Kind::kNull) << text;
  }
  EXPECT_EQ(ParseYaml("a: ''", "f")->entries[0].value.kind, YamlNode::Kind::kScalar);
}

TEST(YamlTest, WhatCanStandForMoreThanItIsIsRefused) {
  EXPECT_THAT(Error("a: &x 1\nb: 2"), HasSubstr("f:1:4: anchors (&name) are not read"));
  EXPECT_THAT(Error("a: *x"), HasSubstr("f:1:4: "));
  EXPECT_THAT(Error("a: !!binary aaaa"), HasSubstr("f:1:4: tags"));
  EXPECT_THAT(Error("a: 1\n---\nb: 2"), HasSubstr("a second document begins here"));
  // The classic: each level names the level below nine times.
  std::string bomb = "a0: &a0 [x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below;
    for (int j = 0; j < 8; ++j)
      bomb += ", " + below;
    bomb += "]\n";
  }
  EXPECT_THAT(Error(bomb), HasSubstr("f:1:5: anchors"));
}

TEST(YamlTest, DepthHasABound) {
  EXPECT_TRUE(ParseYaml(std::string(16, '[') + std::string(16, ']'), "f").ok());
  EXPECT_THAT(Error(std::string(17, '[') + std::string(17, ']')), HasSubstr("more than 16 levels"));
  EXPECT_THAT(Error(std::string(500000, '[')), StartsWith("f:1:"));
  EXPECT_THAT(Error(std::string(500000, '{')), StartsWith("f:1:"));
  EXPECT_THAT(Error("a:\n" + std::string(100000, '-')), testing::Not(HasSubstr("terminate")));
}

TEST(YamlTest, KeysAreWordsAndThereOnce) {
  EXPECT_THAT(Error("a: 1\nb: 2\na: 3"), HasSubstr("f:3:1: key \"a\" is already in line 1"));
  EXPECT_THAT(Error("[a, b]: 1"), HasSubstr("a key must be a word"));
  EXPECT_THAT(Error("? {a: 1}\n: 1"), HasSubstr("a key must be a word"));
  EXPECT_THAT(Error("~: 1"), HasSubstr("a key must be a word"));
}

TEST(YamlTest, WhatIsNotYamlOrNotTextIsRefusedWithItsPlace) {
  EXPECT_THAT(Error("a: [1, 2\nb: 3"), StartsWith("f:"));
  EXPECT_THAT(Error("a: 1\n  b: 2"), StartsWith("f:2:"));
  EXPECT_THAT(Error("a: \xff\xfe"), HasSubstr("save the file as UTF-8"));
  EXPECT_THAT(Error(absl::string_view("a\0b: 1", 6)), HasSubstr("save the file as UTF-8"));
}

// Any damage to a right file is read or refused, never worse. The seed is fixed: a failure is
// found again.
TEST(YamlTest, ATabThatIndentsIsNamed) {
  EXPECT_THAT(Error("a:\n\tb: 1"), HasSubstr("f:2:1: a tab indents this line; indent with spaces"));
  EXPECT_EQ(Error("a: 1\t# a tab before a comment"), "");
}

TEST(YamlTest, DamagedFilesAreReadOrRefused) {
  const auto text =
      ReadSmallFile(std::string(getenv("REALM_SOURCE_DIR")) + "/docs/examples/coordinator.yaml");
  ASSERT_TRUE(text.ok()) << text.status();
  std::mt19937 random(1);
  const absl::string_view letters = "[]{}:,-&*!|>'\"%@`#?~\n\t .\\<0a";
  int refused = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string damaged = *text;
    for (unsigned i = 0; i < 1 + random() % 4; ++i) {
      damaged[random() % damaged.size()] = letters[random() % letters.size()];
    }
    damaged = damaged.substr(0, damaged.size() - random() % 3 * (random() % damaged.size()) / 2);
    const auto config = ParseCoordinatorConfig(damaged, "f");
    if (!config.ok()) {
      ++refused;
      EXPECT_THAT(std::string(config.status().message()), StartsWith("f:"));
    }
  }
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace realm
