// Rows that must never be: each is a good row with one thing wrong, and is named.

#include "coordinator/core/invariants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/support/coordinator/journey.h"

namespace realm::coordinator {
namespace {

using testing::HasSubstr;

std::string Found(const Migration& m, const Tenant* tenant = nullptr) {
  return std::string(FindBrokenInvariant(m, tenant).message());
}

// The row in `state`, spoilt; what is found must begin with the invariant's name.
void ExpectBroken(absl::string_view name, State state,
                  const std::function<void(Migration*)>& spoil) {
  Journey journey;
  journey.To(state);
  Migration m = journey.row();
  EXPECT_EQ(Found(m, &journey.tenant()), "");
  spoil(&m);
  EXPECT_THAT(Found(m), HasSubstr(absl::StrCat("invariant ", name, " "))) << ToString(state);
}

Job* Add(Migration* m, JobKind kind, JobState state = JobState::kWaiting) {
  Job job;
  job.number = m->jobs.empty() ? 1 : m->jobs.back().number + 1;
  job.kind = kind;
  job.state = state;
  job.transfer = m->transfers[0].name;
  job.realm = kind == JobKind::kPurge ? m->source : m->target;
  m->jobs.push_back(job);
  return &m->jobs.back();
}

TEST(InvariantsTest, APurgeBeforeItsTime) {
  for (State state : {State::kCopying, State::kCommitting, State::kRollingBack}) {
    ExpectBroken("S2", state, [](Migration* m) { Add(m, JobKind::kPurge); });
  }
  ExpectBroken("S2", State::kSwitched, [](Migration* m) { Add(m, JobKind::kPurge); });
  ExpectBroken("S2", State::kCommitted,
               [](Migration* m) { m->transfers[0].sealed_verified_epoch = 0; });
}

TEST(InvariantsTest, ACopyIntoAnOpenedTarget) {
  ExpectBroken("S2", State::kSwitched, [](Migration* m) {
    m->jobs.back().attempt = 1;  // Its gate is being opened.
    Add(m, JobKind::kCopy);
  });
}

TEST(InvariantsTest, ASwitchWithoutProofOrVerification) {
  ExpectBroken("S4", State::kSwitched, [](Migration* m) { m->proof.reset(); });
  ExpectBroken("S4", State::kSwitched,
               [](Migration* m) { m->transfers[0].sealed_verified_epoch = 0; });
}

TEST(InvariantsTest, APurgeThatRunsOnAgainstTheTenant) {
  Policy policy = SmallPolicy();
  policy.apps.at(AppId("notes")).terms.purge_grace = absl::ZeroDuration();
  Journey journey(policy);
  journey.To(State::kSwitched);
  journey.Run(JobKind::kOpen);
  journey.Lease(JobKind::kPurge);
  Migration m = journey.row();
  m.counter_proof = true;
  EXPECT_THAT(Found(m), HasSubstr("invariant S4 "));
}

TEST(InvariantsTest, AnEpochOfTwoLeasesOrAheadOfItsCounter) {
  ExpectBroken("S3", State::kCommitting, [](Migration* m) { m->jobs[1].epoch = m->jobs[0].epoch; });
  ExpectBroken("S12", State::kCommitting,
               [](Migration* m) { m->jobs[1].epoch = m->last_epoch + 1; });
}

TEST(InvariantsTest, UndoWhereItMustNotBe) {
  ExpectBroken("S5", State::kCopying, [](Migration* m) { Add(m, JobKind::kRollback); });
  ExpectBroken("S5", State::kRolledBack, [](Migration* m) {
    m->transfers[0].sealed_verified_epoch = m->transfers[0].purged_epoch = 1;
  });
  ExpectBroken("S6", State::kRolledBack, [](Migration* m) { m->transfers[0].erased_epoch = 0; });
  ExpectBroken("S6", State::kRollingBack, [](Migration* m) {
    m->jobs[0].state = JobState::kLeased;
    m->jobs[1].state = JobState::kLeased;
  });
}

TEST(InvariantsTest, JobsThatDoNotBelong) {
  ExpectBroken("S10", State::kCopying, [](Migration* m) { Add(m, JobKind::kCopy)->number = 1; });
  ExpectBroken("S7", State::kCopying, [](Migration* m) { m->no_op = true; });
  ExpectBroken("S14", State::kCopying, [](Migration* m) { m->jobs[0].realm = m->source; });
  ExpectBroken("S14", State::kSwitched, [](Migration* m) { m->jobs.back().realm = m->source; });
  ExpectBroken("S10", State::kRolledBack,
               [](Migration* m) { m->jobs[0].state = JobState::kWaiting; });
  ExpectBroken("S10", State::kCopying,
               [](Migration* m) { m->jobs[0].transfer = TransferName("other"); });
}

TEST(InvariantsTest, AnEntryThatSaysSomethingElse) {
  const auto expect = [](absl::string_view name, State state,
                         const std::function<void(Tenant*)>& spoil) {
    Journey journey;
    journey.To(state);
    Tenant tenant = journey.tenant();
    spoil(&tenant);
    EXPECT_THAT(Found(journey.row(), &tenant), HasSubstr(absl::StrCat("invariant ", name, " ")))
        << ToString(state);
  };
  expect("S11", State::kCopying, [](Tenant* t) { t->active = MigrationId("m2"); });
  expect("S11", State::kCommitted, [](Tenant* t) { t->active = MigrationId("m1"); });
  expect("S7", State::kCommitting, [](Tenant* t) { t->realm = RealmId("EU"); });
  expect("S7", State::kSwitched, [](Tenant* t) { t->realm = RealmId("US"); });
  expect("S7", State::kCommitting, [](Tenant* t) { t->writable = true; });
}

TEST(InvariantsDeathTest, ABrokenRowStopsTheProgramBeforeItIsKept) {
  Migration m;
  m.state = State::kCommitted;
  EXPECT_DEATH(CheckInvariants(m, nullptr), "invariant S4 is broken");
}

}  // namespace
}  // namespace realm::coordinator
