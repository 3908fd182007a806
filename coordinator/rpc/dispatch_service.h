// DispatchService: the workers' streams.
#ifndef REALMSHIFT_COORDINATOR_RPC_DISPATCH_SERVICE_H_
#define REALMSHIFT_COORDINATOR_RPC_DISPATCH_SERVICE_H_

#include <memory>

#include "common/signing.h"
#include "coordinator/engine/engine.h"
#include "coordinator/rpc/authorization.h"

namespace grpc {
class Service;
}  // namespace grpc

namespace realm::coordinator {

// All outlive the service. `ticket_key` signs what workers show each other.
std::unique_ptr<grpc::Service> MakeDispatchService(Engine* engine, const Authorizer* authorizer,
                                                   const SigningKey* ticket_key);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_RPC_DISPATCH_SERVICE_H_
