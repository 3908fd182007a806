#include "coordinator/core/migration.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"

#include "common/digest.h"

namespace realm::coordinator {
namespace {

template <typename Items, typename Predicate>
auto* FirstWhere(Items& items, Predicate wanted) {
  for (auto& item : items) {
    if (wanted(item)) return &item;
  }
  return static_cast<decltype(&items[0])>(nullptr);
}

}  // namespace

absl::string_view ToString(Hook hook) {
  switch (hook) {
    case Hook::kSchedule:
      return "schedule";
    case Hook::kStart:
      return "start";
    case Hook::kCommit:
      return "commit";
    case Hook::kRollback:
      return "rollback";
  }
  std::abort();  // Not reached: the switch is exhaustive.
}

absl::string_view ToString(JobKind kind) {
  switch (kind) {
    case JobKind::kCopy:
      return "copy";
    case JobKind::kOpen:
      return "open";
    case JobKind::kPurge:
      return "purge";
    case JobKind::kRollback:
      return "rollback";
    case JobKind::kClose:
      return "close";
  }
  std::abort();  // Not reached: the switch is exhaustive.
}

absl::string_view ToString(JobState state) {
  switch (state) {
    case JobState::kWaiting:
      return "waiting";
    case JobState::kLeased:
      return "leased";
    case JobState::kDone:
      return "done";
    case JobState::kFailed:
      return "failed";
    case JobState::kCancelled:
      return "cancelled";
  }
  std::abort();  // Not reached: the switch is exhaustive.
}

std::string UidOf(const MigrationKey& key) {
  // Lengths first, so that no two keys share a preimage.
  const std::string preimage =
      absl::StrCat(key.app.value().size(), ":", key.app.value(), key.tenant.value().size(), ":",
                   key.tenant.value(), key.migration.value());
  return ToHex(Sha256(preimage)).substr(0, 16);
}

std::string JobIdOf(const Migration& migration, const Job& job) {
  return absl::StrCat(migration.uid, "-", job.number);
}

Job* FindJob(Migration* migration, int number) {
  return FirstWhere(migration->jobs, [&](const Job& j) { return j.number == number; });
}

const Job* FindJob(const Migration& migration, int number) {
  return FirstWhere(migration.jobs, [&](const Job& j) { return j.number == number; });
}

Transfer* FindTransfer(Migration* migration, const TransferName& name) {
  return FirstWhere(migration->transfers, [&](const Transfer& t) { return t.name == name; });
}

const Transfer* FindTransfer(const Migration& migration, const TransferName& name) {
  return FirstWhere(migration.transfers, [&](const Transfer& t) { return t.name == name; });
}

std::vector<DatasetName> DatasetsAtSource(const Migration& migration, const Job& job) {
  std::vector<DatasetName> out;
  if (job.kind != JobKind::kCopy) return out;
  for (const Transfer& t : migration.transfers) {
    if (job.seals || t.name == job.transfer)
      out.insert(out.end(), t.datasets.begin(), t.datasets.end());
  }
  return out;
}

const Receipt* FindReceipt(const Migration& migration, Hook hook) {
  return FirstWhere(migration.receipts, [&](const Receipt& r) { return r.hook == hook; });
}

}  // namespace realm::coordinator
