// Waiting in tests: for a condition, with an end. Tests sleep nowhere else.

#ifndef REALMSHIFT_TESTS_SUPPORT_EVENTUALLY_H_
#define REALMSHIFT_TESTS_SUPPORT_EVENTUALLY_H_

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"

namespace realm {

// Asks `holds` again and again, `pause` apart, until it is true or `deadline` has passed.
// Returns what it said last: EXPECT_TRUE(Eventually([&] { return server.ready(); })). The deadline
// is for a machine under load; a condition that comes true does not wait for it.
bool Eventually(absl::FunctionRef<bool()> holds, absl::Duration deadline = absl::Seconds(30),
                absl::Duration pause = absl::Milliseconds(5));

}  // namespace realm

#endif  // REALMSHIFT_TESTS_SUPPORT_EVENTUALLY_H_
