// The core's and the engine's types to wire messages and back. The only place
// that knows both; no decisions here.
#ifndef REALMSHIFT_COORDINATOR_RPC_WIRE_H_
#define REALMSHIFT_COORDINATOR_RPC_WIRE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

#include "common/ids.h"
#include "coordinator/core/audit.h"
#include "coordinator/core/input.h"
#include "coordinator/core/installation.h"
#include "coordinator/core/tenant.h"
#include "coordinator/engine/fleet.h"
#include "coordinator/engine/frames.h"
#include "realm/v1/admin.pb.h"
#include "realm/v1/directory.pb.h"
#include "realm/v1/dispatch.pb.h"
#include "realm/v1/hooks.pb.h"
#include "realm/v1/types.pb.h"

namespace realm::coordinator {

google::protobuf::Timestamp ToProto(absl::Time time);
absl::Time FromProto(const google::protobuf::Timestamp& time);
realm::v1::MigrationRef ToProto(const MigrationKey& key);

// INVALID_ARGUMENT naming `field`: empty, or longer than an id may be.
absl::Status CheckId(absl::string_view field, absl::string_view value);
// Of the fields app_id and tenant_id, which are checked so.
absl::StatusOr<TenantKey> ReadTenantKey(const std::string& app, const std::string& tenant);
// The ref's parts checked; an empty migration id passes.
absl::StatusOr<MigrationKey> FromProto(const realm::v1::MigrationRef& ref);

// `hook` and what its request carries. INVALID_ARGUMENT names the field.
absl::StatusOr<HookInput> FromProto(Hook hook, const realm::v1::HookOrigin& origin,
                                    const realm::v1::HookBody* body);

// A migration with what the workers last said of its jobs, and why each part waits.
realm::v1::Migration ToProto(const Migration& migration, const Tenant* tenant, const Fleet& fleet,
                             absl::Time now);
// `generation` is the store's.
realm::v1::Tenant ToProto(const Tenant& tenant, uint64_t generation);
realm::v1::PreviousRealm ToProto(const PreviousRealm& previous);
realm::v1::Installation ToProto(const Installation& installation);
absl::StatusOr<Installation> FromProto(const realm::v1::Installation& installation);
realm::v1::Event ToProto(const AuditRecord& record);
realm::v1::Job ToProto(const Migration& migration, const Job& job, const Fleet& fleet);
// Without its jobs.
realm::v1::Worker ToProto(const FleetWorker& worker);
realm::v1::DrainOrder ToProto(const DrainOrder& order);

// INVALID_ARGUMENT names the field.
absl::StatusOr<WorkerFrame> FromProto(const realm::v1::AttachRequest& frame);
// Without the ticket.
void ToProto(const JobOrder& order, realm::v1::JobOrder* out);

// A refusal or fault of the engine as services answer it: with its reason and
// what the platform is told.
absl::Status WithReason(const absl::Status& status);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_RPC_WIRE_H_
