#include "common/digest_tree.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/digest.h"

namespace realm {
namespace {

std::vector<std::string> Texts(size_t count) {
  std::vector<std::string> out;
  for (size_t i = 0; i < count; ++i)
    out.push_back(absl::StrCat("text ", i));
  return out;
}

std::string RootFor(const DigestTree& tree, absl::string_view text, size_t index) {
  const std::vector<std::string> siblings = tree.SiblingsOf(index);
  return RootOver(text, index, std::vector<absl::string_view>(siblings.begin(), siblings.end()));
}

TEST(DigestTreeTest, EveryTextLeadsToTheRoot) {
  for (const size_t count : {1, 2, 3, 7, 8, 100}) {
    const std::vector<std::string> texts = Texts(count);
    const DigestTree tree(texts);
    for (size_t i = 0; i < count; ++i)
      EXPECT_EQ(RootFor(tree, texts[i], i), tree.root()) << i << " of " << count;
  }
}

TEST(DigestTreeTest, AnotherTextOrAnotherPlaceLeadsElsewhere) {
  const std::vector<std::string> texts = Texts(5);
  const DigestTree tree(texts);
  EXPECT_NE(RootFor(tree, "text 9", 2), tree.root());
  EXPECT_NE(RootFor(tree, texts[2], 3), tree.root());
  EXPECT_NE(RootOver(texts[2], 2, {}), tree.root());
}

TEST(DigestTreeTest, AnInnerNodeIsNoText) {
  const std::vector<std::string> texts = Texts(4);
  const DigestTree tree(texts);
  const std::vector<std::string> siblings = tree.SiblingsOf(0);
  const std::string children = absl::StrCat(RootOver(texts[0], 0, {}), siblings[0]);
  EXPECT_NE(RootOver(children, 0, {siblings[1]}), tree.root());
  EXPECT_NE(RootOver(absl::StrCat("\x01", children), 0, {siblings[1]}), tree.root());
}

TEST(DigestTreeTest, TreesOfDifferentTextsDiffer) {
  std::set<std::string> roots;
  for (size_t count = 1; count <= 9; ++count)
    roots.insert(DigestTree(Texts(count)).root());
  EXPECT_EQ(roots.size(), 9u);
}

}  // namespace
}  // namespace realm
