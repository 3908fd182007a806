#include "worker/job/open_job.h"

#include <memory>
#include <string>

#include "common/failpoint.h"
#include "common/status_macros.h"
#include "worker/job/stores.h"

namespace realm::worker {

OpenJob::OpenJob(const v1::JobOrder& order, const JobEnvironment& environment)
    : order_(order), environment_(environment) {}

absl::Status OpenJob::Run() {
  Counters counters;
  counters.phase = "opening";
  environment_.progress->Update(counters);
  for (const std::string& name : order_.datasets()) {
    RETURN_IF_ERROR(CheckStop(environment_));
    RETURN_IF_ERROR(Annotate(Open(DatasetName(name)), name));
  }
  RETURN_IF_ERROR(REALM_FAILPOINT("open.before-report"));
  return absl::OkStatus();
}

absl::Status OpenJob::Open(const DatasetName& dataset) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Connector> connector,
                   environment_.stores->Open(dataset, AppId(order_.ref().app_id()),
                                             TenantId(order_.ref().tenant_id())));
  const Token token = TokenOf(order_, environment_);
  const absl::Status raised = connector->RaiseFence(token);
  if (!raised.ok()) {
    // A twin of this execution has been here; opening twice is opening once.
    if (!absl::IsAborted(raised)) return raised;
    ASSIGN_OR_RETURN(const Control control, connector->GetControl());
    const bool twin =
        control.fence.generation == token.generation && control.fence.epoch == token.epoch;
    if (!twin) return raised;
  }
  RETURN_IF_ERROR(REALM_FAILPOINT("open.after-raise"));
  return connector->SetAccess(token.generation, token.epoch, Access::kOpen);
}

}  // namespace realm::worker
