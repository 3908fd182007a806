// What may not be in the sources whatever they include: sizes, words, clocks.

#ifndef REALMSHIFT_TESTS_TIDY_TEXT_RULES_H_
#define REALMSHIFT_TESTS_TIDY_TEXT_RULES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "tests/tidy/source_file.h"

namespace realm::tidy {

// Lines of a file at which the idea inside has split.
inline constexpr int kProductLinesMax = 400;
inline constexpr int kTestLinesMax = 600;
Findings CheckLength(const SourceFile& file);

// Words that say nothing, in the names of files and of types; and other names for source, target
// and realm, anywhere in the code.
Findings CheckWords(const SourceFile& file);

// Time and chance that do not come through common/clock and common/random; sleeping in tests.
Findings CheckClocks(const SourceFile& file);

// The guard's name is the path's; no using namespace; no throw; no std::string_view in the APIs.
Findings CheckForm(const SourceFile& file);

// Names at the top of the tree besides those that the house has.
Findings CheckTopLevel(const std::vector<std::string>& names);

// Pages of docs/adr, by file name, that `architecture` (the text of docs/ARCHITECTURE.md) does not
// link to.
Findings CheckDecisionsAreLinked(const std::vector<std::string>& pages,
                                 absl::string_view architecture);

}  // namespace realm::tidy

#endif  // REALMSHIFT_TESTS_TIDY_TEXT_RULES_H_
