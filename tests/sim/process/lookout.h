// What can be seen of a run on the real programs, as an operator sees it.

#ifndef REALMSHIFT_TESTS_SIM_PROCESS_LOOKOUT_H_
#define REALMSHIFT_TESTS_SIM_PROCESS_LOOKOUT_H_

#include <map>
#include <memory>
#include <set>
#include <string>

#include "coordinator/ctl/connection.h"
#include "realm/v1/admin.pb.h"
#include "tests/sim/process/pace.h"
#include "tests/sim/process/real_system.h"
#include "tests/sim/world/run.h"

namespace realm::sim {

// What was seen of a migration: it may have been further in between.
struct Seen {
  v1::Migration row;
  std::set<std::string> states;           // All that it has been in, as the audit trail says.
  std::set<std::string> jobs_of_copying;  // That were there before it was committing.
};

bool IsTerminal(const v1::Migration& row);

// Thread safety: the thread of the programs.
class Lookout {
 public:
  // The programs run.
  Lookout(RealSystem* system, const Pace* pace, RunLog* log);

  // Asks the coordinator, if it is to be had, for all migrations; and for their audit trails if
  // states are of interest that may be over by now.
  void Look(bool with_trails);

  // By migration.
  const std::map<std::string, Seen>& seen() const { return seen_; }
  const std::map<std::string, MigrationEnd>& ends() const { return ends_; }
  bool AllEnded() const;
  // Everything that has not ended says that a person must act.
  bool AllEndedOrStuck() const;

 private:
  void LookAt(const v1::Migration& row, bool with_trails);
  void ReadTrail(const v1::Migration& row, Seen* seen);

  const Pace* const pace_;
  RunLog* const log_;
  std::unique_ptr<ctl::Connection> connection_;
  std::map<std::string, Seen> seen_;
  std::map<std::string, MigrationEnd> ends_;
};

}  // namespace realm::sim

#endif  // REALMSHIFT_TESTS_SIM_PROCESS_LOOKOUT_H_
