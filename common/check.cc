#include "common/check.h"

#include <stdlib.h>
#include <unistd.h>

#include <utility>

namespace realm {
namespace {

CheckFailureSink failure_sink = nullptr;

}  // namespace

CheckFailureSink SetCheckFailureSink(CheckFailureSink sink) {
  return std::exchange(failure_sink, sink);
}

namespace check_internal {

void Fail(const char* file, int line, absl::string_view kind, absl::string_view condition,
          const std::string& detail) {
  std::string text = absl::StrCat(file, ":", line, ": ", kind, " failed: ", condition);
  if (!detail.empty()) absl::StrAppend(&text, " (", detail, ")");
  if (failure_sink != nullptr) failure_sink(text);
  text += '\n';
  // One write, so that lines of several dying threads do not mix. The result cannot matter now.
  if (write(STDERR_FILENO, text.data(), text.size()) < 0) abort();
  abort();
}

}  // namespace check_internal
}  // namespace realm
