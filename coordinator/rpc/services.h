// The unary and watching services: decode, engine, encode.
#ifndef REALMSHIFT_COORDINATOR_RPC_SERVICES_H_
#define REALMSHIFT_COORDINATOR_RPC_SERVICES_H_

#include <memory>

#include "coordinator/engine/engine.h"
#include "coordinator/engine/job_rates.h"
#include "coordinator/rpc/authorization.h"
#include "coordinator/rpc/hook_metrics.h"

namespace grpc {
class Service;
}  // namespace grpc

namespace realm::coordinator {

// All outlive the service. Metrics and rates may be null.
std::unique_ptr<grpc::Service> MakeHookService(Engine* engine, const Authorizer* authorizer,
                                               HookMetrics* metrics);
std::unique_ptr<grpc::Service> MakeAdminService(Engine* engine, const Authorizer* authorizer,
                                                const JobRates* rates);
std::unique_ptr<grpc::Service> MakeDirectoryService(Engine* engine, const Authorizer* authorizer);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_RPC_SERVICES_H_
