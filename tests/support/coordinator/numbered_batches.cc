#include "tests/support/coordinator/numbered_batches.h"

#include <limits>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "common/digest.h"
#include "common/status_macros.h"

namespace realm::coordinator {
namespace {

constexpr char kLast[] = "last";
constexpr char kToggle[] = "toggle";

std::string KeyOf(int number) {
  return absl::StrFormat("n/%08d", number);
}

std::string ValueOf(int number) {
  return absl::StrCat(number, ":", std::string(50 + number * 7 % 300, 'a' + number % 26));
}

bool IsToggled(int number) {
  return number % 2 == 1;
}

absl::Status Expect(bool condition, absl::string_view what, int number) {
  if (condition) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(what, " is not that of state ", number));
}

absl::StatusOr<int> LastNumber(const Store& store) {
  ASSIGN_OR_RETURN(const std::optional<Row> last, store.Get(kLast));
  int number = 0;
  if (!last.has_value()) return 0;
  if (absl::SimpleAtoi(last->value, &number)) return number;
  return absl::InternalError(absl::StrCat("the last number is \"", last->value, "\""));
}

}  // namespace

Batch NumberedBatch(int number) {
  const auto before = static_cast<uint64_t>(number - 1);
  Batch batch;
  batch.writes.push_back({KeyOf(number), ValueOf(number), 0});
  batch.writes.push_back({kLast, absl::StrCat(number), before});
  if (IsToggled(number)) {
    batch.writes.push_back({kToggle, "on", 0});
  } else {
    batch.writes.push_back({kToggle, std::nullopt, 1});
  }
  batch.audit_sequence = number;
  batch.chain_head = Sha256(KeyOf(number));
  return batch;
}

absl::Status ApplyBatches(Store& store, int first, int last) {
  for (int number = first; number <= last; ++number) {
    RETURN_IF_ERROR(store.Apply(NumberedBatch(number)));
  }
  return absl::OkStatus();
}

absl::StatusOr<int> StateOf(const Store& store) {
  ASSIGN_OR_RETURN(const int number, LastNumber(store));
  ASSIGN_OR_RETURN(const std::vector<Row> rows,
                   store.Scan("n/", "", std::numeric_limits<int>::max()));
  RETURN_IF_ERROR(Expect(rows.size() == static_cast<size_t>(number), "the count of rows", number));
  for (int i = 1; i <= number; ++i) {
    const Row& row = rows[i - 1];
    const bool is_right = row.key == KeyOf(i) && row.value == ValueOf(i) && row.version == 1;
    RETURN_IF_ERROR(Expect(is_right && row.damaged.empty(), row.key, number));
  }
  ASSIGN_OR_RETURN(const std::optional<Row> toggle, store.Get(kToggle));
  RETURN_IF_ERROR(Expect(toggle.has_value() == IsToggled(number), kToggle, number));
  const StoreState info = store.Info();
  RETURN_IF_ERROR(Expect(info.audit_sequence == static_cast<uint64_t>(number), "audit", number));
  const std::string head = number == 0 ? "" : Sha256(KeyOf(number));
  RETURN_IF_ERROR(Expect(info.chain_head == head, "the chain head", number));
  return number;
}

}  // namespace realm::coordinator
