// For whoever counts what the engine does.
#ifndef REALMSHIFT_COORDINATOR_ENGINE_OBSERVER_H_
#define REALMSHIFT_COORDINATOR_ENGINE_OBSERVER_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/ids.h"
#include "coordinator/core/input.h"
#include "coordinator/core/migration.h"

namespace realm::coordinator {

// Every call comes from the engine's thread and must return at once.
class EngineObserver {
 public:
  virtual ~EngineObserver() = default;

  // An input has changed a migration; `before` is null when there was none. Told before the write,
  // so what a failed write undoes has been told as well.
  virtual void OnStep(const Input& input, const Migration* before, const Migration& after) = 0;
  // A round's write, of as many inputs, took so long and ended so.
  virtual void OnWrite(size_t inputs, absl::Duration took, const absl::Status& written) = 0;
  // A worker of `realm` has reported the end of a job whose stores refused writes of it.
  virtual void OnFencedJob(const RealmId& realm) = 0;
  // A worker of `realm` has reported the end of a job that it no longer holds.
  virtual void OnStaleReport(const RealmId& realm) = 0;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_COORDINATOR_ENGINE_OBSERVER_H_
