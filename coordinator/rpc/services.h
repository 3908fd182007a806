// The unary and watching services: decode, engine, encode.
#ifndef REALMSHIFT_COORDINATOR_RPC_SERVICES_H_
#define REALMSHIFT_COORDINATOR_RPC_SERVICES_H_

#include <memory>

#include "coordinator/engine/engine.h"
#include "coordinator/rpc/authorization.h"

namespace grpc {
class Service;
}  // namespace grpc

namespace realm::coordinator {

// Both outlive the service.
std::unique_ptr<grpc::Service> MakeHookService(Engine* engine, const Authorizer* authorizer);
std::unique_ptr<grpc::Service> MakeAdminService(Engine* engine, const Authorizer* authorizer);
std::unique_ptr<grpc::Service> MakeDirectoryService(Engine* engine, const Authorizer* authorizer);

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_RPC_SERVICES_H_
