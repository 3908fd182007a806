#include "worker/connector/control_row.h"

#include <tuple>

#include "absl/strings/str_cat.h"

#include "worker/connector/encoding.h"

namespace realm::worker {
namespace {

constexpr uint8_t kRowFormat = 1;

bool ConsumeRow(absl::string_view& input, ControlRow& row) {
  absl::string_view app;
  absl::string_view tenant;
  absl::string_view cursor;
  uint8_t access = 0;
  Control& control = row.control;
  if (!ConsumeSized(input, app) || !ConsumeSized(input, tenant) ||
      !ConsumeFixed64(input, control.fence.generation) ||
      !ConsumeFixed64(input, control.fence.epoch) || !ConsumeFixed64(input, control.fence.nonce) ||
      !ConsumeFixed64(input, control.access_generation) ||
      !ConsumeFixed64(input, control.access_epoch) || !ConsumeByte(input, access) ||
      !ConsumeSized(input, cursor) || !input.empty()) {
    return false;
  }
  row.app = AppId(app);
  row.tenant = TenantId(tenant);
  control.access = static_cast<Access>(access);
  control.cursor = std::string(cursor);
  return control.access == Access::kOpen || control.access == Access::kClosed;
}

}  // namespace

std::string EncodeControlRow(const ControlRow& row) {
  std::string bytes(1, static_cast<char>(kRowFormat));
  AppendSized(row.app.value(), bytes);
  AppendSized(row.tenant.value(), bytes);
  AppendFixed64(row.control.fence.generation, bytes);
  AppendFixed64(row.control.fence.epoch, bytes);
  AppendFixed64(row.control.fence.nonce, bytes);
  AppendFixed64(row.control.access_generation, bytes);
  AppendFixed64(row.control.access_epoch, bytes);
  bytes.push_back(static_cast<char>(row.control.access));
  AppendSized(row.control.cursor, bytes);
  return bytes;
}

absl::StatusOr<ControlRow> DecodeControlRow(absl::string_view bytes) {
  ControlRow row;
  uint8_t format = 0;
  if (!ConsumeByte(bytes, format)) return absl::DataLossError("a control row is empty");
  if (format > kRowFormat) {
    return absl::FailedPreconditionError(absl::StrCat("a control row has format ", format,
                                                      "; this worker reads up to ", kRowFormat,
                                                      ": use a newer worker"));
  }
  if (!ConsumeRow(bytes, row)) return absl::DataLossError("a control row does not decode");
  return row;
}

absl::Status CheckOwner(const ControlRow& row, const TenantScope& scope) {
  if (row.app == scope.app && row.tenant == scope.tenant) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("this tenant key is in use by tenant ", row.tenant.value(), " of app ",
                   row.app.value(), ", not by tenant ", scope.tenant.value(), " of app ",
                   scope.app.value(), "; tenants must not share a tenant key"));
}

absl::Status CheckFence(const Control& control, const Token& token) {
  const Token& fence = control.fence;
  // A store that no one fenced yet must not match a token that no one drew.
  const bool is_raised = fence.generation > 0 || fence.epoch > 0;
  if (is_raised && fence.generation == token.generation && fence.epoch == token.epoch &&
      fence.nonce == token.nonce) {
    return absl::OkStatus();
  }
  return absl::AbortedError(absl::StrCat("fenced: the store's fence is ", fence.generation, "/",
                                         fence.epoch, ", this execution's is ", token.generation,
                                         "/", token.epoch));
}

absl::Status ApplyFence(const Token& token, Control& control) {
  const Token& fence = control.fence;
  if (std::tie(token.generation, token.epoch) <= std::tie(fence.generation, fence.epoch)) {
    return absl::AbortedError(absl::StrCat("fenced: the store's fence is ", fence.generation, "/",
                                           fence.epoch, "; ", token.generation, "/", token.epoch,
                                           " is not larger"));
  }
  control.fence = token;
  return absl::OkStatus();
}

absl::Status ApplyAccess(uint64_t generation, uint64_t epoch, Access access, Control& control) {
  const auto recorded = std::tie(control.access_generation, control.access_epoch);
  const auto ordered = std::tie(generation, epoch);
  if (ordered < recorded || (ordered == recorded && access != control.access)) {
    return absl::AbortedError(absl::StrCat("access was ordered at ", control.access_generation, "/",
                                           control.access_epoch, "; ", generation, "/", epoch,
                                           " does not change it"));
  }
  control.access_generation = generation;
  control.access_epoch = epoch;
  control.access = access;
  return absl::OkStatus();
}

}  // namespace realm::worker
