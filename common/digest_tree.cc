#include "common/digest_tree.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/digest.h"

namespace realm {
namespace {

std::string LeafOf(absl::string_view text) {
  return Sha256(absl::StrCat(absl::string_view("\0", 1), text));
}

std::string NodeOf(absl::string_view left, absl::string_view right) {
  return Sha256(absl::StrCat("\x01", left, right));
}

}  // namespace

DigestTree::DigestTree(absl::Span<const std::string> texts) {
  REALM_CHECK(!texts.empty() && texts.size() <= size_t{1} << kDigestTreeDepthMax);
  size_t width = 1;
  while (width < texts.size())
    width *= 2;
  std::vector<std::string> level(width, std::string(kDigestBytes, '\0'));
  for (size_t i = 0; i < texts.size(); ++i)
    level[i] = LeafOf(texts[i]);
  levels_.push_back(std::move(level));
  while (levels_.back().size() > 1) {
    const std::vector<std::string>& below = levels_.back();
    std::vector<std::string> above;
    above.reserve(below.size() / 2);
    for (size_t i = 0; i < below.size(); i += 2)
      above.push_back(NodeOf(below[i], below[i + 1]));
    levels_.push_back(std::move(above));
  }
}

std::vector<std::string> DigestTree::SiblingsOf(size_t index) const {
  std::vector<std::string> out;
  for (const std::vector<std::string>& level : levels_) {
    if (level.size() == 1) break;
    out.push_back(level[index ^ 1]);
    index /= 2;
  }
  return out;
}

std::string RootOver(absl::string_view text, uint64_t index,
                     absl::Span<const absl::string_view> siblings) {
  std::string node = LeafOf(text);
  for (const absl::string_view sibling : siblings) {
    node = index % 2 == 0 ? NodeOf(node, sibling) : NodeOf(sibling, node);
    index /= 2;
  }
  return node;
}

}  // namespace realm
