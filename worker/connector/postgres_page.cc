#include "worker/connector/postgres_page.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "common/limits.h"
#include "common/status_macros.h"
#include "worker/connector/encoding.h"

namespace realm::worker {
namespace {

constexpr uint8_t kKeyFormat = 1;
constexpr absl::string_view kSignature("PGCOPY\n\377\r\n\0", 11);
// After the signature: flags, and the length of an extension that is not used.
constexpr size_t kHeaderBytes = 11 + 4 + 4;
// The count of fields in front of a row, and the one that stands for the end.
constexpr size_t kCountBytes = 2;
constexpr absl::string_view kTrailer("\377\377", kCountBytes);
constexpr uint32_t kNullLength = 0xffffffff;

absl::Status BadPage(absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("the page ", problem));
}

size_t CountOf(absl::string_view bytes) {
  return static_cast<size_t>(static_cast<uint8_t>(bytes[0])) << 8 | static_cast<uint8_t>(bytes[1]);
}

void AppendCount(size_t count, std::string& output) {
  output.push_back(static_cast<char>(count >> 8));
  output.push_back(static_cast<char>(count));
}

// Whether `row` is exactly `column_count` fields.
bool HasColumns(absl::string_view row, size_t column_count) {
  std::optional<absl::string_view> field;
  for (size_t i = 0; i < column_count; ++i) {
    if (!ConsumePostgresField(row, field)) return false;
  }
  return row.empty();
}

// The format and the shape in front of a page's rows.
absl::Status ConsumePageHeader(absl::string_view& rest, size_t column_count) {
  uint8_t format = 0;
  uint64_t columns = 0;
  if (!ConsumeByte(rest, format) || format != static_cast<uint8_t>(PageFormat::kPostgres1)) {
    return BadPage(absl::StrCat("has format ", format, ", not postgres 1"));
  }
  if (!ConsumeVarint(rest, columns)) return BadPage("is cut off");
  if (columns == column_count) return absl::OkStatus();
  return BadPage(absl::StrCat("has rows of ", columns, " columns, the table ", column_count));
}

bool ConsumeRow(absl::string_view& rest, absl::string_view& row) {
  uint32_t size = 0;
  if (!ConsumeFixed32(rest, size) || size > rest.size()) return false;
  row = rest.substr(0, size);
  rest.remove_prefix(size);
  return true;
}

}  // namespace

const absl::string_view kPostgresCopyHeader("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", kHeaderBytes);
const absl::string_view kPostgresCopyTrailer = kTrailer;

std::string EncodePostgresKey(const std::vector<absl::string_view>& values) {
  std::string key(1, static_cast<char>(kKeyFormat));
  for (const absl::string_view value : values)
    AppendSized(value, key);
  return key;
}

absl::StatusOr<std::vector<std::string>> DecodePostgresKey(absl::string_view key,
                                                           size_t column_count) {
  const auto bad = [] { return absl::InvalidArgumentError("the key is not of this table"); };
  uint8_t format = 0;
  if (!ConsumeByte(key, format) || format != kKeyFormat) return bad();
  std::vector<std::string> values;
  absl::string_view value;
  while (!key.empty()) {
    if (!ConsumeSized(key, value)) return bad();
    values.emplace_back(value);
  }
  if (values.size() != column_count) return bad();
  return values;
}

bool ConsumePostgresField(absl::string_view& row, std::optional<absl::string_view>& field) {
  uint32_t size = 0;
  if (!ConsumeFixed32(row, size)) return false;
  field.reset();
  if (size == kNullLength) return true;
  if (size > row.size()) return false;
  field = row.substr(0, size);
  row.remove_prefix(size);
  return true;
}

absl::StatusOr<std::string> PostgresKeyOfRow(absl::string_view row, size_t key_columns) {
  std::vector<absl::string_view> values;
  std::optional<absl::string_view> field;
  for (size_t i = 0; i < key_columns; ++i) {
    if (!ConsumePostgresField(row, field) || !field.has_value()) {
      return absl::InvalidArgumentError("a row lacks a column of its key");
    }
    values.push_back(*field);
  }
  return EncodePostgresKey(values);
}

PostgresPageBuilder::PostgresPageBuilder(size_t column_count, size_t key_columns)
    : column_count_(column_count), key_columns_(key_columns) {}

absl::Status PostgresPageBuilder::AddCopyMessage(absl::string_view message) {
  if (absl::StartsWith(message, kSignature)) {
    if (message.size() < kHeaderBytes) return BadPage("begins with a header that is cut off");
    message.remove_prefix(kHeaderBytes);
  }
  if (message.empty() || message == kTrailer) return absl::OkStatus();
  if (message.size() < kCountBytes || CountOf(message) != column_count_) {
    return BadPage("got a row with another number of columns than the statement has");
  }
  return AddRow(message.substr(kCountBytes));
}

absl::Status PostgresPageBuilder::AddRow(absl::string_view row) {
  if (static_cast<int64_t>(row.size()) > kRecordBytesMax) {
    ASSIGN_OR_RETURN(const std::string key, PostgresKeyOfRow(row, key_columns_));
    return absl::InvalidArgumentError(absl::StrCat("the row with ", KeyForError(key), " has ",
                                                   row.size(), " bytes; at most ", kRecordBytesMax,
                                                   " can be moved"));
  }
  if (page_.records.empty()) {
    page_.records.reserve(kPageBytes + kPageBytes / 4);
    page_.records.push_back(static_cast<char>(PageFormat::kPostgres1));
    AppendVarint(column_count_, page_.records);
  }
  AppendFixed32(static_cast<uint32_t>(row.size()), page_.records);
  page_.records.append(row.data(), row.size());
  last_row_bytes_ = row.size();
  ++page_.record_count;
  return absl::OkStatus();
}

bool PostgresPageBuilder::IsFull() const {
  return static_cast<int64_t>(page_.records.size()) >= kPageBytes;
}

absl::StatusOr<Page> PostgresPageBuilder::Finish() {
  if (page_.record_count > 0) {
    absl::string_view last(page_.records);
    last.remove_prefix(last.size() - last_row_bytes_);
    ASSIGN_OR_RETURN(page_.last_key, PostgresKeyOfRow(last, key_columns_));
  }
  page_.byte_count = static_cast<int64_t>(page_.records.size());
  return std::exchange(page_, Page());
}

absl::StatusOr<std::string> PostgresCopyRows(const Page& page, absl::string_view tenant_value,
                                             size_t column_count, size_t key_columns) {
  absl::string_view rest(page.records);
  // Each row takes bytes, so a larger count is a lie; and room is made for it below.
  if (page.record_count < 0 || static_cast<size_t>(page.record_count) > rest.size()) {
    return BadPage("does not hold record_count records");
  }
  std::string prefix;
  AppendCount(column_count + 1, prefix);
  AppendFixed32(static_cast<uint32_t>(tenant_value.size()), prefix);
  prefix.append(tenant_value.data(), tenant_value.size());
  std::string rows;
  rows.reserve(page.records.size() + static_cast<size_t>(page.record_count) * prefix.size());
  absl::string_view row;
  int64_t count = 0;
  if (!rest.empty()) RETURN_IF_ERROR(ConsumePageHeader(rest, column_count));
  for (; !rest.empty(); ++count) {
    if (!ConsumeRow(rest, row) || !HasColumns(row, column_count)) return BadPage("is cut off");
    rows.append(prefix);
    rows.append(row.data(), row.size());
  }
  if (count != page.record_count) return BadPage("does not hold record_count records");
  std::string last_key;
  if (count > 0) {
    ASSIGN_OR_RETURN(last_key, PostgresKeyOfRow(row, key_columns));
  }
  if (last_key != page.last_key) return BadPage("does not end with last_key");
  return rows;
}

std::string PostgresKeyInCopyRows(absl::string_view rows, int64_t row, size_t column_count,
                                  size_t key_columns) {
  std::optional<absl::string_view> field;
  for (int64_t i = 0; rows.size() > kCountBytes; ++i) {
    rows.remove_prefix(kCountBytes);
    if (!ConsumePostgresField(rows, field)) break;  // The tenant.
    if (i == row) return PostgresKeyOfRow(rows, key_columns).value_or("");
    for (size_t column = 0; column < column_count; ++column) {
      if (!ConsumePostgresField(rows, field)) return "";
    }
  }
  return "";
}

}  // namespace realm::worker
