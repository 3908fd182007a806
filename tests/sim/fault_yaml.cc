#include "tests/sim/fault_yaml.h"

#include <vector>

#include "absl/strings/str_cat.h"

#include "common/config/words.h"
#include "tests/sim/words.h"
#include "tests/sim/yaml_fields.h"

namespace realm::sim {
namespace {

// What is written behind a fault's word.
enum class Operand { kRealm, kRate, kAmount, kSignedAmount, kMoment, kMigration };

constexpr absl::string_view kAny = "any";

Operand OperandOf(FaultKind kind) {
  switch (kind) {
    case FaultKind::kDropCalls:
    case FaultKind::kDuplicateCalls:
    case FaultKind::kStoreError:
      return Operand::kRate;
    case FaultKind::kDelayCalls:
    case FaultKind::kRestoreBackup:
    case FaultKind::kDiskSlow:
    case FaultKind::kStoreSlow:
      return Operand::kAmount;
    case FaultKind::kClockJump:
      return Operand::kSignedAmount;
    case FaultKind::kCrashCoordinator:
      return Operand::kMoment;
    case FaultKind::kPoisonRow:
    case FaultKind::kGarble:
    case FaultKind::kLeftovers:
    case FaultKind::kCancel:
    case FaultKind::kUninstall:
    case FaultKind::kReinstall:
    case FaultKind::kRotateSecret:
    case FaultKind::kStraggler:
    case FaultKind::kConfirm:
    case FaultKind::kLateRollback:
      return Operand::kMigration;
    default:
      return Operand::kRealm;
  }
}

// "any" is empty inside.
void ReadName(absl::string_view key, Fields* fields, std::string* out) {
  if (fields->Text(key, out) && *out == kAny) out->clear();
}

void ReadMoment(absl::string_view key, Fields* fields, Fault* fault) {
  std::string word;
  if (!fields->Text(key, &word)) return;
  if (const auto moment = CrashMomentFrom(word)) {
    fault->moment = *moment;
    return;
  }
  fields->Add(
      key, absl::StrCat("is ", Quoted(word), "; write now, before_next_write or after_next_write"));
}

void ReadOperand(Fields* fields, Fault* fault) {
  const absl::string_view key = ToString(fault->kind);
  switch (OperandOf(fault->kind)) {
    case Operand::kRealm:
      return ReadName(key, fields, &fault->realm);
    case Operand::kRate:
      fields->Rate(key, &fault->rate);
      return;
    case Operand::kAmount:
      fields->Duration(key, &fault->amount);
      return;
    case Operand::kSignedAmount:
      fields->SignedDuration(key, &fault->amount);
      return;
    case Operand::kMoment:
      return ReadMoment(key, fields, fault);
    case Operand::kMigration:
      return ReadName(key, fields, &fault->migration);
  }
}

void ReadKind(Fields* fields, Findings* findings, Fault* fault) {
  std::vector<FaultKind> kinds;
  for (const FaultKind kind : AllFaultKinds())
    if (fields->IsThere(ToString(kind))) kinds.push_back(kind);
  if (kinds.size() == 1) {
    fault->kind = kinds.front();
    ReadOperand(fields, fault);
    return;
  }
  for (const FaultKind kind : AllFaultKinds())
    fields->Take(ToString(kind));
  findings->Add(fields->path(), kinds.empty()
                                    ? "says not what happens; write one, such as kill_worker: EU"
                                    : "has several faults; write an item for each");
}

void ReadWhen(Fields* fields, Findings* findings, Fault* fault) {
  const int times = fields->IsThere("when") + fields->IsThere("at") + fields->IsThere("from");
  if (times != 1) {
    findings->Add(fields->path(), "needs one of when, at or from");
  }
  std::string text;
  if (fields->Text("when", &text)) {
    const absl::StatusOr<Trigger> trigger = ParseTrigger(text);
    if (trigger.ok()) {
      fault->when = *trigger;
    } else {
      fields->Add("when", trigger.status().message());
    }
  }
  fields->Duration("at", &fault->when.at);
  fields->Duration("from", &fault->when.at);
  fields->Duration("after", &fault->when.after);
  fields->Duration("for", &fault->length);
  absl::Duration to;
  if (!fields->Duration("to", &to)) return;
  if (!fields->IsThere("from") || to <= fault->when.at) {
    fields->Add("to", "must follow a from, and be later");
    return;
  }
  fault->length = to - fault->when.at;
}

std::string OperandText(const Fault& fault) {
  switch (OperandOf(fault.kind)) {
    case Operand::kRealm:
      return fault.realm.empty() ? std::string(kAny) : fault.realm;
    case Operand::kRate:
      return absl::StrCat(fault.rate * 100, "%");
    case Operand::kAmount:
    case Operand::kSignedAmount:
      return FormatSpan(fault.amount);
    case Operand::kMoment:
      return std::string(WordFor(fault.moment));
    case Operand::kMigration:
      return fault.migration.empty() ? std::string(kAny) : YamlWord(fault.migration);
  }
  return "";
}

}  // namespace

Fault ReadFault(const YamlNode& node, const std::string& path, Findings& findings) {
  Fault fault;
  Fields fields(node, path, findings);
  ReadWhen(&fields, &findings, &fault);
  ReadKind(&fields, &findings, &fault);
  const Operand operand = OperandOf(fault.kind);
  if (operand != Operand::kRealm) ReadName("realm", &fields, &fault.realm);
  if (operand != Operand::kMigration) ReadName("migration", &fields, &fault.migration);
  fields.Finish();
  return fault;
}

std::string FormatFault(const Fault& fault) {
  const Operand operand = OperandOf(fault.kind);
  std::string out = "{";
  if (fault.when.kind == Trigger::Kind::kAt) {
    absl::StrAppend(&out, "at: ", FormatSpan(fault.when.at));
  } else {
    absl::StrAppend(&out, "when: \"", FormatTrigger(fault.when), "\"");
  }
  if (fault.when.after > absl::ZeroDuration()) {
    absl::StrAppend(&out, ", after: ", FormatSpan(fault.when.after));
  }
  absl::StrAppend(&out, ", ", ToString(fault.kind), ": ", OperandText(fault));
  if (operand != Operand::kRealm && !fault.realm.empty()) {
    absl::StrAppend(&out, ", realm: ", fault.realm);
  }
  if (operand != Operand::kMigration && !fault.migration.empty()) {
    absl::StrAppend(&out, ", migration: ", YamlWord(fault.migration));
  }
  if (fault.length > absl::ZeroDuration()) {
    absl::StrAppend(&out, ", for: ", FormatSpan(fault.length));
  }
  return out + "}";
}

}  // namespace realm::sim
