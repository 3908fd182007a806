// realmctl worker ..., queue ... and status.

#ifndef REALMSHIFT_COORDINATOR_CTL_FLEET_COMMANDS_H_
#define REALMSHIFT_COORDINATOR_CTL_FLEET_COMMANDS_H_

#include <string>
#include <vector>

#include "coordinator/ctl/command.h"
#include "realm/v1/admin.pb.h"

namespace realm::ctl {

std::vector<Command> WorkerCommands();
std::vector<Command> QueueCommands();
std::vector<Command> StatusCommands();

// A line a worker.
std::string WorkersText(const std::vector<v1::Worker>& workers, const TimeStyle& times);

// Kinds of jobs across, what is known of them down.
std::string QueueText(const v1::Queue& queue);

// What an operator should look at, the worst first; empty when all is well.
struct Problem {
  std::string text;
  std::string next_step;
};
std::vector<Problem> ProblemsOf(const v1::GetServerStatusResponse& server,
                                const v1::ListQueuesResponse& queues);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_FLEET_COMMANDS_H_
