#include "coordinator/ctl/tenant_checksums.h"

#include <algorithm>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "common/config/words.h"
#include "common/digest.h"
#include "coordinator/ctl/format.h"

namespace realm::ctl {
namespace {

std::string NameOf(const TenantRows& rows) {
  return absl::StrCat("table ", rows.table, " of tenant ", rows.tenant, " in ", rows.realm);
}

std::string Describe(const RowsChecksum* expected, const RowsChecksum* found) {
  if (found == nullptr) {
    return absl::StrCat("is empty; it should hold ", Plural(expected->rows, "row"));
  }
  if (expected == nullptr) {
    return absl::StrCat("holds ", Plural(found->rows, "row"), "; it should be empty");
  }
  if (expected->rows != found->rows) {
    return absl::StrCat("holds ", Plural(found->rows, "row"), "; it should hold ",
                        FormatCount(expected->rows));
  }
  return absl::StrCat("holds ", Plural(found->rows, "row"),
                      ", and they are not the same: ", found->sum, " instead of ", expected->sum);
}

const RowsChecksum* Find(const Checksums& checksums, const TenantRows& rows) {
  const auto entry = checksums.find(rows);
  return entry == checksums.end() ? nullptr : &entry->second;
}

// Both sides' names, in order.
std::vector<TenantRows> NamesOf(const Checksums& expected, const Checksums& found) {
  Checksums all = expected;
  all.insert(found.begin(), found.end());
  std::vector<TenantRows> names;
  for (const auto& entry : all)
    names.push_back(entry.first);
  return names;
}

}  // namespace

absl::Status AddChecksums(absl::string_view realm, absl::string_view lines, Checksums& checksums) {
  for (const absl::string_view line : absl::StrSplit(lines, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> fields = absl::StrSplit(line, '\t');
    RowsChecksum checksum;
    if (fields.size() != 4 || !absl::SimpleAtoi(fields[2], &checksum.rows) || fields[3].empty()) {
      return absl::InvalidArgumentError(absl::StrCat("no line of checksums: ", Quoted(line)));
    }
    checksum.sum = fields[3];
    checksums[{std::string(realm), fields[0], fields[1]}] = checksum;
  }
  return absl::OkStatus();
}

void MoveRows(absl::string_view table, absl::string_view tenant, absl::string_view from,
              absl::string_view to, Checksums& checksums) {
  TenantRows rows = {std::string(from), std::string(table), std::string(tenant)};
  auto entry = checksums.extract(rows);
  if (entry.empty()) return;
  entry.key().realm = std::string(to);
  checksums.insert(std::move(entry));
}

absl::Status CompareChecksums(const Checksums& expected, const Checksums& found) {
  std::string first;
  int64_t count = 0;
  for (const TenantRows& rows : NamesOf(expected, found)) {
    const RowsChecksum* wanted = Find(expected, rows);
    const RowsChecksum* there = Find(found, rows);
    if (wanted != nullptr && there != nullptr && *wanted == *there) continue;
    if (count++ == 0) first = absl::StrCat(NameOf(rows), " ", Describe(wanted, there));
  }
  if (count == 0) return absl::OkStatus();
  return absl::InternalError(
      count == 1 ? first : absl::StrCat(first, "; and ", Plural(count - 1, "other difference")));
}

TableSummary Summarize(const TableQuestion& question, const Checksums& then, const Checksums& now) {
  TableSummary summary;
  summary.table = question.table;
  std::string sums_then;
  std::string sums_now;
  for (const std::string& tenant : question.tenants) {
    const RowsChecksum* before = Find(then, {question.first, question.table, tenant});
    const RowsChecksum* here = Find(now, {question.here, question.table, tenant});
    const RowsChecksum* left = Find(now, {question.left, question.table, tenant});
    summary.tenants += before == nullptr ? 0 : 1;
    summary.rows += here == nullptr ? 0 : here->rows;
    summary.left += left == nullptr ? 0 : left->rows;
    sums_then += before == nullptr ? "" : before->sum;
    sums_now += here == nullptr ? "" : here->sum;
  }
  summary.then = ToHex(Sha256(sums_then));
  summary.now = ToHex(Sha256(sums_now));
  for (const auto& [rows, checksum] : now) {
    const auto& moved = question.tenants;
    const bool has_moved = std::find(moved.begin(), moved.end(), rows.tenant) != moved.end();
    if (rows.table == question.table && !has_moved) ++summary.others;
  }
  return summary;
}

}  // namespace realm::ctl
