// A verdict as bytes, for the pipe between the two processes of child_runs.h. Both are the same
// program, so there is no version in it.

#ifndef REALMSHIFT_TESTS_SIM_VERDICT_BYTES_H_
#define REALMSHIFT_TESTS_SIM_VERDICT_BYTES_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

#include "tests/sim/verdict.h"

namespace realm::sim {

std::string EncodeVerdict(const Verdict& verdict);
// None: cut short.
std::optional<Verdict> DecodeVerdict(absl::string_view bytes);

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_VERDICT_BYTES_H_
