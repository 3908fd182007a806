// One signature for many texts: each text is a leaf of a tree of SHA-256 digests, and the root is
// what is signed. A text with its index and its siblings leads to the root again.
//
// A leaf is SHA-256 over the byte 0 and the text, an inner node is SHA-256 over the byte 1 and its
// two children, so that neither can be taken for the other (as in RFC 6962). The leaves are filled
// up to a power of two with 32 zero bytes, of which nobody knows a text.

#ifndef REALMSHIFT_COMMON_DIGEST_TREE_H_
#define REALMSHIFT_COMMON_DIGEST_TREE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace realm {

// So many siblings reach a root over 65,536 texts.
inline constexpr size_t kDigestTreeDepthMax = 16;

// Thread safety: const methods from any thread.
class DigestTree {
 public:
  // REQUIRES: 1 to 65,536 texts.
  explicit DigestTree(absl::Span<const std::string> texts);

  const std::string& root() const { return levels_.back().front(); }

  // From the leaf's neighbour upwards; empty when there is one text only.
  std::vector<std::string> SiblingsOf(size_t index) const;

 private:
  std::vector<std::vector<std::string>> levels_;  // The leaves first.
};

// The root that `text` belongs to as number `index`, if `siblings` are right; another one, which
// nobody has signed, if not.
std::string RootOver(absl::string_view text, uint64_t index,
                     absl::Span<const absl::string_view> siblings);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_DIGEST_TREE_H_
