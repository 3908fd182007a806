#include "worker/job/stores.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "common/seeded_bug.h"
#include "common/status_macros.h"

namespace realm::worker {
namespace {

// To take a damaged cursor for another migration's would make a rollback leave behind what the copy
// wrote.
absl::StatusOr<store::v1::JobCursor> CursorOf(const Control& control, const v1::JobOrder& order) {
  store::v1::JobCursor cursor;
  if (!cursor.ParseFromString(control.cursor)) {
    return absl::DataLossError("the cursor in the control row does not decode");
  }
  if (cursor.migration_id() != order.ref().migration_id()) cursor.Clear();
  return cursor;
}

absl::StatusOr<ClaimedStore> Claim(const Stores& stores, const DatasetName& dataset,
                                   const v1::JobOrder& order, const Token& token) {
  ClaimedStore claimed;
  claimed.dataset = dataset;
  ASSIGN_OR_RETURN(claimed.connector, stores.Open(dataset, AppId(order.ref().app_id()),
                                                  TenantId(order.ref().tenant_id())));
  claimed.kind = std::string(stores.Find(dataset)->kind());
  RETURN_IF_ERROR(claimed.connector->RaiseFence(token));
  ASSIGN_OR_RETURN(claimed.control, claimed.connector->GetControl());
  ASSIGN_OR_RETURN(claimed.cursor, CursorOf(claimed.control, order));
  claimed.records_filled = claimed.cursor.copy().records_filled();
  return claimed;
}

}  // namespace

Stores::Stores(std::vector<std::unique_ptr<Dataset>> datasets) : datasets_(std::move(datasets)) {}

Dataset* Stores::Find(const DatasetName& name) const {
  for (const std::unique_ptr<Dataset>& dataset : datasets_) {
    if (dataset->name() == name) return dataset.get();
  }
  return nullptr;
}

absl::StatusOr<std::unique_ptr<Connector>> Stores::Open(const DatasetName& name, const AppId& app,
                                                        const TenantId& tenant) const {
  Dataset* dataset = Find(name);
  if (dataset == nullptr) {
    return absl::NotFoundError(absl::StrCat("dataset ", name.value(), " is not served here"));
  }
  absl::StatusOr<std::unique_ptr<Connector>> connector =
      dataset->Open({app, tenant, tenant.value()});
  if (!connector.ok()) return Annotate(connector.status(), name.value());
  return connector;
}

absl::StatusOr<std::vector<ClaimedStore>> ClaimStores(const Stores& stores,
                                                      const v1::JobOrder& order,
                                                      const Token& token) {
  std::vector<ClaimedStore> claimed;
  for (const std::string& name : order.datasets()) {
    absl::StatusOr<ClaimedStore> one = Claim(stores, DatasetName(name), order, token);
    if (!one.ok()) return Annotate(one.status(), name);
    claimed.push_back(*std::move(one));
  }
  return claimed;
}

absl::Status CheckNotOpened(const DatasetName& dataset, const Control& control) {
  if (control.access == Access::kClosed || control.access_epoch == 0) return absl::OkStatus();
  if (Seeded(SeededBug::kFirstCopyAfterGate)) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "dataset ", dataset.value(), " of the target was opened to the tenant under generation ",
      control.access_generation, ", epoch ", control.access_epoch,
      "; its records are live, and an operator must look"));
}

absl::Status CheckNotOpened(const std::vector<ClaimedStore>& stores) {
  for (const ClaimedStore& store : stores)
    RETURN_IF_ERROR(CheckNotOpened(store.dataset, store.control));
  return absl::OkStatus();
}

absl::Status CloseAccess(Connector& connector, uint64_t generation, uint64_t epoch) {
  const absl::Status closed = connector.SetAccess(generation, epoch, Access::kClosed);
  if (!absl::IsAborted(closed)) return closed;
  ASSIGN_OR_RETURN(const Control control, connector.GetControl());
  const bool newer = control.access_generation == generation && control.access_epoch > epoch;
  if (newer && control.access == Access::kClosed) return absl::OkStatus();
  return closed;
}

}  // namespace realm::worker
