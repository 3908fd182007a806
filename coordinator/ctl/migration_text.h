// A migration as an operator reads it.

#ifndef REALMSHIFT_COORDINATOR_CTL_MIGRATION_TEXT_H_
#define REALMSHIFT_COORDINATOR_CTL_MIGRATION_TEXT_H_

#include <string>
#include <vector>

#include "coordinator/ctl/console.h"
#include "coordinator/ctl/format.h"
#include "realm/v1/admin.pb.h"
#include "realm/v1/types.pb.h"

namespace realm::ctl {

// "copying", "ready-to-commit": the platform's words, and "switched", for which it has none.
std::string StateText(const v1::Migration& migration);

// Committed, rolled back or cancelled.
bool IsOver(const v1::Migration& migration);

// Whether a copy, a purge or an undo is at work.
bool IsAtWork(const v1::Migration& migration);

// Why it waits, in a few words; empty when it does not.
std::string WaitingText(const v1::Migration& migration);

// The progress of what it does now; empty when there is nothing to measure.
std::string MigrationProgressText(const v1::Migration& migration, absl::Time now);

// A line a migration.
std::string ListText(const std::vector<v1::Migration>& migrations, const TimeStyle& times);

// A page about one: where it stands, its transfers, why it waits, its latest events.
std::string DescriptionText(const v1::Migration& migration, const std::vector<v1::Event>& recent,
                            const TimeStyle& times);

// "2030-01-01T00:00:00Z  commit  ReadyToCommit -> Committing  detail  (actor)".
std::string EventText(const v1::Event& event, const TimeStyle& times);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_MIGRATION_TEXT_H_
