#include "coordinator/core/input.h"

namespace realm::coordinator {
namespace {

struct WordVisitor {
  absl::string_view operator()(const HookInput& i) const { return ToString(i.hook); }
  absl::string_view operator()(const TrafficInput&) const { return "traffic"; }
  absl::string_view operator()(const ConfirmInput&) const { return "confirm-switch"; }
  absl::string_view operator()(const LeaseInput&) const { return "lease"; }
  absl::string_view operator()(const ReportInput&) const { return "job-report"; }
  absl::string_view operator()(const LeaseLostInput&) const { return "lease-lost"; }
  absl::string_view operator()(const TickInput&) const { return "tick"; }
  absl::string_view operator()(const RestoredInput&) const { return "restored"; }
  absl::string_view operator()(const ClockInput&) const { return "clock-doubted"; }
};

}  // namespace

const MigrationKey& KeyOf(const Input& input) {
  return std::visit([](const auto& i) -> const MigrationKey& { return i.key; }, input.body);
}

absl::string_view WordFor(const Input& input) {
  return std::visit(WordVisitor{}, input.body);
}

}  // namespace realm::coordinator
