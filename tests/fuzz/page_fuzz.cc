// Pages, keys and control rows, as a store or a worker of another realm could hand them to us.

#include <algorithm>

#include "common/limits.h"
#include "tests/fuzz/fuzz.h"
#include "worker/connector/control_row.h"
#include "worker/connector/encoding.h"
#include "worker/connector/key_value_page.h"
#include "worker/connector/postgres_page.h"

namespace realm::fuzz {
namespace {

using worker::Page;

constexpr size_t kColumns = 2;

Page PageFrom(Input& in) {
  Page page;
  page.record_count = static_cast<int64_t>(in.Number());
  page.last_key = std::string(in.Text());
  page.records = std::string(in.Rest());
  page.byte_count = static_cast<int64_t>(page.records.size());
  return page;
}

// Whatever is accepted is made again by the builder.
void RunKeyValues(const Page& page) {
  worker::KeyValuePageBuilder builder;
  worker::KeyValuePageParser parser(page);
  std::string previous;
  for (int64_t count = 0; parser.Next(); ++count) {
    REALM_CHECK(count == 0 || previous < parser.key());
    previous = std::string(parser.key());
    builder.Add(parser.key(), parser.value());
  }
  if (!parser.status().ok()) return;
  const Page again = builder.Finish();
  REALM_CHECK(again.record_count == page.record_count && again.last_key == page.last_key);
}

// Rows that the database is given: as many as were promised, each the tenant's.
void CheckCopyRows(absl::string_view rows, int64_t count) {
  std::optional<absl::string_view> field;
  for (int64_t row = 0; row < count; ++row) {
    REALM_CHECK(rows.size() > 2 && rows[0] == 0 && rows[1] == kColumns + 1);
    rows.remove_prefix(2);
    for (size_t column = 0; column <= kColumns; ++column) {
      REALM_CHECK(worker::ConsumePostgresField(rows, field));
      if (column == 0) REALM_CHECK(field == absl::string_view("acme"));
    }
  }
  REALM_CHECK(rows.empty());
}

void RunPostgres(const Page& page) {
  const absl::StatusOr<std::string> rows = worker::PostgresCopyRows(page, "acme", kColumns, 1);
  if (!rows.ok()) return;
  CheckCopyRows(*rows, page.record_count);
  const int64_t last = page.record_count - 1;
  REALM_CHECK(worker::PostgresKeyInCopyRows(*rows, last, kColumns, 1) == page.last_key);
}

// What the database says, message by message; the page of it is one that we take.
void RunCopyMessages(Input in) {
  worker::PostgresPageBuilder builder(kColumns, 1);
  while (!in.empty()) {
    if (!builder.AddCopyMessage(in.Text()).ok()) return;
  }
  const absl::StatusOr<Page> page = builder.Finish();
  if (page.ok()) (void)worker::PostgresCopyRows(*page, "acme", kColumns, 1);
}

void RunKey(absl::string_view key) {
  for (const size_t columns : {0, 1, 3}) {
    const auto values = worker::DecodePostgresKey(key, columns);
    if (!values.ok()) continue;
    const std::vector<absl::string_view> views(values->begin(), values->end());
    const auto again = worker::DecodePostgresKey(worker::EncodePostgresKey(views), columns);
    REALM_CHECK(again.ok() && *again == *values);
  }
}

void RunControlRow(absl::string_view bytes) {
  const absl::StatusOr<worker::ControlRow> row = worker::DecodeControlRow(bytes);
  if (!row.ok()) return;
  const std::string encoded = worker::EncodeControlRow(*row);
  const absl::StatusOr<worker::ControlRow> again = worker::DecodeControlRow(encoded);
  REALM_CHECK(again.ok() && worker::EncodeControlRow(*again) == encoded);
  const worker::Token& fence = row->control.fence;
  worker::Control control = row->control;
  REALM_CHECK(!worker::ApplyFence(fence, control).ok());
  REALM_CHECK(worker::CheckFence(control, fence).ok() ==
              (fence.generation != 0 || fence.epoch != 0));
}

std::string PageSeed(char kind, const Page& page) {
  std::string seed(1, kind);
  worker::AppendFixed64(static_cast<uint64_t>(page.record_count), seed);
  return seed + TextSeed(page.last_key) + page.records;
}

std::string Field(absl::string_view value) {
  std::string field;
  worker::AppendFixed32(static_cast<uint32_t>(value.size()), field);
  field.append(value.data(), value.size());
  return field;
}

}  // namespace

void Run(absl::string_view input) {
  Input in(input);
  switch (in.Byte() % 5) {
    case 0:
      return RunKeyValues(PageFrom(in));
    case 1:
      return RunPostgres(PageFrom(in));
    case 2:
      return RunCopyMessages(in);
    case 3:
      return RunKey(in.Rest());
    default:
      RunControlRow(in.Rest());
  }
}

std::vector<std::string> Seeds() {
  worker::KeyValuePageBuilder pairs;
  pairs.Add("a", "1");
  pairs.Add("b", std::string(200, 'v'));
  const std::string message = std::string("\0\2", 2) + Field("key") + Field("value");
  worker::PostgresPageBuilder rows(kColumns, 1);
  REALM_CHECK_OK(rows.AddCopyMessage(message));
  worker::ControlRow control;
  control.app = AppId("notes");
  control.tenant = TenantId("acme");
  control.control.fence = {1, 5, 77};
  control.control.cursor = "cursor";
  return {PageSeed(0, pairs.Finish()),
          PageSeed(1, rows.Finish().value()),
          '\2' + TextSeed(std::string(worker::kPostgresCopyHeader) + message) + TextSeed(message) +
              TextSeed(worker::kPostgresCopyTrailer),
          '\3' + worker::EncodePostgresKey({"key"}),
          '\3' + worker::EncodePostgresKey({"a", "", "c"}),
          '\4' + worker::EncodeControlRow(control)};
}

}  // namespace realm::fuzz
