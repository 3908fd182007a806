#include "worker/job/close_job.h"

#include <memory>
#include <string>

#include "common/failpoint.h"
#include "common/status_macros.h"
#include "worker/job/stores.h"

namespace realm::worker {

CloseJob::CloseJob(const v1::JobOrder& order, const JobEnvironment& environment)
    : order_(order), environment_(environment) {}

absl::Status CloseJob::Run() {
  Counters counters;
  counters.phase = "closing";
  environment_.progress->Update(counters);
  for (const std::string& name : order_.datasets()) {
    RETURN_IF_ERROR(CheckStop(environment_));
    RETURN_IF_ERROR(REALM_FAILPOINT("close.before-gate"));
    RETURN_IF_ERROR(Annotate(Close(DatasetName(name)), name));
  }
  RETURN_IF_ERROR(REALM_FAILPOINT("close.before-report"));
  return absl::OkStatus();
}

absl::Status CloseJob::Close(const DatasetName& dataset) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connector> connector,
                   environment_.stores->Open(dataset, AppId(order_.ref().app_id()),
                                             TenantId(order_.ref().tenant_id())));
  ASSIGN_OR_RETURN(const Control control, connector->GetControl());
  RETURN_IF_ERROR(CheckNotOpened(dataset, control));
  const Token token = TokenOf(order_, environment_);
  return CloseAccess(*connector, token.generation, token.epoch);
}

}  // namespace realm::worker
