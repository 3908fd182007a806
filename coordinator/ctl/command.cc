#include "coordinator/ctl/command.h"

#include "common/status_macros.h"
#include "coordinator/ctl/json_output.h"

namespace realm::ctl {

absl::StatusOr<std::unique_ptr<Connection>> Invocation::Connect() const {
  ASSIGN_OR_RETURN(const Endpoint endpoint,
                   ResolveEndpoint(arguments, ReadEnvironment, DevSystemPath(ReadEnvironment)));
  return Connection::Open(endpoint);
}

absl::Status Invocation::PrintJson(const google::protobuf::Message& message) const {
  ASSIGN_OR_RETURN(const std::string json,
                   output == Output::kJsonLines ? ToJsonLine(message) : ToJson(message));
  console.Print(json);
  return absl::OkStatus();
}

}  // namespace realm::ctl
