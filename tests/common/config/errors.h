// What the tests of both programs' files share.

#ifndef REALMSHIFT_TESTS_COMMON_CONFIG_ERRORS_H_
#define REALMSHIFT_TESTS_COMMON_CONFIG_ERRORS_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace realm {

// The text with one piece replaced, which must be there.
inline std::string With(absl::string_view text, absl::string_view from, absl::string_view to) {
  const std::string result = absl::StrReplaceAll(text, {{from, to}});
  EXPECT_NE(result, text) << "\"" << from << "\" is not in the text";
  return result;
}

// The message's lines, one a finding.
inline std::vector<std::string> Lines(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  return absl::StrSplit(std::string(status.message()), '\n');
}

}  // namespace realm

#endif  // REALMSHIFT_TESTS_COMMON_CONFIG_ERRORS_H_
