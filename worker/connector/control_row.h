// The control row as key-value stores keep it, and the rules of its two
// registers, which are the same for every kind of store.
#ifndef REALMSHIFT_WORKER_CONNECTOR_CONTROL_ROW_H_
#define REALMSHIFT_WORKER_CONNECTOR_CONTROL_ROW_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/ids.h"
#include "worker/connector/connector.h"

namespace realm::worker {

// A control row and whose it is. One tenant key belongs to one tenant of one
// app: two of them would not see each other's fences.
struct ControlRow {
  AppId app;
  TenantId tenant;
  Control control;
};

std::string EncodeControlRow(const ControlRow& row);
// DATA_LOSS: not such a row. FAILED_PRECONDITION: a newer format.
absl::StatusOr<ControlRow> DecodeControlRow(absl::string_view bytes);

// FAILED_PRECONDITION unless `row` is the scope's; the message names both.
absl::Status CheckOwner(const ControlRow& row, const TenantScope& scope);

// ABORTED unless `token` is exactly the fence.
absl::Status CheckFence(const Control& control, const Token& token);

// Sets the fence, or returns ABORTED; see Connector::RaiseFence.
absl::Status ApplyFence(const Token& token, Control& control);

// Sets the register, or returns ABORTED; see Connector::SetAccess.
absl::Status ApplyAccess(uint64_t generation, uint64_t epoch, Access access, Control& control);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_CONTROL_ROW_H_
