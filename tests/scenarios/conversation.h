// Plays a scenario's commands against the pure core and says what each changes.
//
// The platform, tenants and operators:
//   install REALM | uninstall
//   schedule ID to=REALM window=HH:MM..HH:MM      ("-" for ID: the platform gives none)
//   start ID | commit ID | rollback ID            (to= window= body= app= tenant=)
//   traffic REALM [seen=HH:MM]                    a request of the tenant there
//   confirm [digest=HEX]                          an operator's word
// Workers, for the migration that was last spoken of, or that of=ID names:
//   lease TRANSFER/KIND [WORKER]
//   done TRANSFER/KIND [left=N] [manifest=none]   (epoch=N: of an older lease)
//   failed | for-good | lost TRANSFER/KIND [records=N]: why
//   returned TRANSFER/KIND
//   run TRANSFER/KIND                             lease and done
// Time and settings:
//   at HH:MM[:SS] COMMAND                         time stays there
//   tick | wake                                   wake: goes to the next time that matters
//   app NAME=VALUE...                             order horizon elapsed grace seal max margin
//                                                 stuck transfers=main,history:later
//   limits per-realm=N per-app=N per-pair=N
//   show                                          everything that is known
//   given STATE                                   plays the usual lines up to there: scheduled,
//                                                 copying, ready, committing, verified, switched,
//                                                 open, committed

#ifndef REALMSHIFT_TESTS_SCENARIOS_CONVERSATION_H_
#define REALMSHIFT_TESTS_SCENARIOS_CONVERSATION_H_

#include <set>
#include <string>
#include <utility>

#include "absl/time/time.h"

#include "coordinator/core/rules.h"
#include "tests/scenarios/command.h"
#include "tests/support/coordinator/builders.h"

namespace realm::coordinator {

class Conversation {
 public:
  Conversation();

  // Lines, each ended. An error in the command itself begins with "??".
  std::string Run(const std::string& line);

  // The go-cells of the table that were taken.
  const std::set<std::pair<State, Event>>& taken() const { return taken_; }

 private:
  std::string Obey(const Command& command);
  std::string ObeyHook(Hook hook, const Command& command);
  std::string ObeyWorker(const Command& command);
  std::string Lease(const Job& job, const Command& command);
  std::string Report(const Job& job, const Command& command);
  std::string Confirm(const Command& command);
  std::string Wake();
  std::string Given(const std::string& standing);
  std::string SetApp(const Command& command);
  std::string SetLimits(const Command& command);

  // Applies, and says what changed.
  std::string Play(InputBody body, absl::string_view actor);
  void SpeakOf(const Command& command);
  const Job* FindNamedJob(const std::string& name) const;
  const Migration* row() const { return world_.FindRow(key_); }
  std::vector<std::string> Look() const;

  SmallCoordinator world_;
  absl::Time now_ = Midnight();
  absl::Time seen_at_ = Midnight();
  MigrationKey key_;
  std::set<std::pair<State, Event>> taken_;
};

}  // namespace realm::coordinator

#endif  // REALMSHIFT_TESTS_SCENARIOS_CONVERSATION_H_
