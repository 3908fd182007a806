// The rows, frames and heads of the coordinator's store, damaged in any way: what decodes is what
// would be written again.

#include "coordinator/store/frame.h"
#include "coordinator/store/head.h"
#include "coordinator/store/rows.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/coordinator/journey.h"

namespace realm::fuzz {
namespace {

using coordinator::AuditBlock;
using coordinator::Journey;
using coordinator::State;

// Encoding is a function of what was decoded, and loses nothing of it.
template <typename Decode>
void RunRow(Decode decode, absl::string_view bytes) {
  const auto row = decode(bytes);
  if (!row.ok()) {
    REALM_CHECK(absl::IsDataLoss(row.status()), row.status().ToString());
    return;
  }
  const std::string encoded = EncodeRow(*row);
  const auto again = decode(encoded);
  REALM_CHECK_OK(again.status());
  REALM_CHECK(EncodeRow(*again) == encoded);
}

std::string Encode(const AuditBlock& block) {
  return coordinator::EncodeAuditBlock(block.previous, block.records);
}

void RunAudit(absl::string_view bytes) {
  const absl::StatusOr<AuditBlock> block = coordinator::DecodeAuditBlock(bytes);
  if (!block.ok()) return;
  const std::string encoded = Encode(*block);
  const absl::StatusOr<AuditBlock> again = coordinator::DecodeAuditBlock(encoded);
  REALM_CHECK_OK(again.status());
  REALM_CHECK(Encode(*again) == encoded);
}

void RunFrame(absl::string_view key, absl::string_view bytes) {
  const coordinator::Row row = coordinator::DecodeFrame(key, bytes);
  if (!row.damaged.empty()) return;
  REALM_CHECK(coordinator::EncodeFrame(key, row.version, row.value) == bytes);
}

void RunHead(absl::string_view bytes) {
  const absl::StatusOr<coordinator::StoreHead> head = coordinator::DecodeHead(bytes);
  if (head.ok()) REALM_CHECK(coordinator::EncodeHead(*head) == bytes);
}

}  // namespace

void Run(absl::string_view input) {
  Input in(input);
  switch (in.Byte() % 7) {
    case 0:
      return RunRow(&coordinator::DecodeMigration, in.Rest());
    case 1:
      return RunRow(&coordinator::DecodeTenant, in.Rest());
    case 2:
      return RunRow(&coordinator::DecodeInstallation, in.Rest());
    case 3:
      return RunAudit(in.Rest());
    case 4: {
      const absl::string_view key = in.Text();
      return RunFrame(key, in.Rest());
    }
    case 5:
      return RunHead(in.Rest());
    default:
      (void)coordinator::CheckFormat(in.Rest());
  }
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  for (const State state : {State::kScheduled, State::kReadyToCommit, State::kSwitched,
                            State::kCommitted, State::kFailed, State::kRolledBack}) {
    Journey journey;
    journey.To(state);
    const std::string row = EncodeRow(journey.row());
    seeds.push_back(std::string(1, 0) + row);
    seeds.push_back('\1' + EncodeRow(journey.tenant()));
    seeds.push_back('\4' + TextSeed("m/key") + coordinator::EncodeFrame("m/key", 7, row));
    seeds.push_back('\3' + Encode({coordinator::FirstChainHead(), journey.world.audit}));
  }
  coordinator::Installation installation;
  installation.key = {AppId("notes"), TenantId("acme")};
  installation.sealed_secret = "sealed";
  seeds.push_back('\2' + EncodeRow(installation));
  seeds.push_back('\5' + coordinator::EncodeHead(coordinator::FirstHead()));
  seeds.push_back('\6' + coordinator::EncodeFormat(coordinator::kStoreFormat));
  return seeds;
}

}  // namespace realm::fuzz
