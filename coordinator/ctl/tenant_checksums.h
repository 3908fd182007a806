// What the databases of several realms hold of each tenant, as a sum over the text of its rows, and
// what they should hold after tenants have moved.

#ifndef REALMSHIFT_COORDINATOR_CTL_TENANT_CHECKSUMS_H_
#define REALMSHIFT_COORDINATOR_CTL_TENANT_CHECKSUMS_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace realm::ctl {

struct TenantRows {
  std::string realm;
  std::string table;
  std::string tenant;
};
inline bool operator<(const TenantRows& a, const TenantRows& b) {
  return std::tie(a.realm, a.table, a.tenant) < std::tie(b.realm, b.table, b.tenant);
}

struct RowsChecksum {
  int64_t rows = 0;
  std::string sum;
};
inline bool operator==(const RowsChecksum& a, const RowsChecksum& b) {
  return a.rows == b.rows && a.sum == b.sum;
}

// A tenant without rows in a table has no entry.
using Checksums = std::map<TenantRows, RowsChecksum>;

// Adds lines of "table TAB tenant TAB rows TAB sum". InvalidArgument: a line is something else.
absl::Status AddChecksums(absl::string_view realm, absl::string_view lines, Checksums& checksums);

// What is to be found after a tenant's rows in one table have moved.
void MoveRows(absl::string_view table, absl::string_view tenant, absl::string_view from,
              absl::string_view to, Checksums& checksums);

// Internal: the first entry that differs, is missing or is one too many, named with realm, table
// and tenant, and how many others there are.
absl::Status CompareChecksums(const Checksums& expected, const Checksums& found);

// One table of some tenants that have moved, beside what it was.
struct TableSummary {
  std::string table;
  int64_t tenants = 0;
  int64_t rows = 0;
  // Over the tenants' sums, in order.
  std::string then;
  std::string now;
  // Rows where the tenants have left.
  int64_t left = 0;
  // Other tenants of both realms that have rows in this table.
  int64_t others = 0;
};

// `then` is from before anything moved, when the tenants were in `first`; `left` is where nothing
// of them may be now, and `here` where all is.
struct TableQuestion {
  std::string table;
  std::vector<std::string> tenants;
  std::string first;
  std::string left;
  std::string here;
};
TableSummary Summarize(const TableQuestion& question, const Checksums& then, const Checksums& now);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_TENANT_CHECKSUMS_H_
