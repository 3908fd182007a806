#include "coordinator/core/classify.h"

#include <gtest/gtest.h>

#include "tests/support/coordinator/journey.h"

namespace realm::coordinator {
namespace {

absl::StatusOr<Event> Meaning(const Migration& m, InputBody body) {
  return Classify(m, Input{std::move(body), "somebody"}, SmallPolicy());
}

TEST(ClassifyTest, HooksAreWhatTheySay) {
  Journey journey;
  journey.To(State::kScheduled);
  const Migration none;
  const MigrationKey& key = journey.key;
  EXPECT_EQ(*Meaning(none, HookFor(Hook::kSchedule, key)), Event::kSchedule);
  EXPECT_EQ(*Meaning(journey.row(), HookFor(Hook::kSchedule, key, "new")), Event::kReschedule);
  EXPECT_EQ(*Meaning(journey.row(), HookFor(Hook::kStart, key)), Event::kStart);
  EXPECT_EQ(*Meaning(none, HookFor(Hook::kStart, key)), Event::kStart);
  EXPECT_EQ(*Meaning(journey.row(), HookFor(Hook::kCommit, key)), Event::kCommit);
  EXPECT_EQ(*Meaning(journey.row(), HookFor(Hook::kRollback, key)), Event::kRollback);
}

TEST(ClassifyTest, WorkAndTimeAreNoted) {
  const MigrationKey key = KeyFor("m1");
  const Migration none;
  EXPECT_EQ(*Meaning(none, LeaseInput{key, 1, WorkerId("w")}), Event::kNoted);
  EXPECT_EQ(*Meaning(none, ReportInput{}), Event::kNoted);
  EXPECT_EQ(*Meaning(none, LeaseLostInput{}), Event::kNoted);
  EXPECT_EQ(*Meaning(none, TickInput{key}), Event::kNoted);
  EXPECT_EQ(*Meaning(none, RestoredInput{key, 2}), Event::kNoted);
  EXPECT_EQ(*Meaning(none, TrafficInput{key, RealmId("EU"), "edge"}), Event::kTraffic);
}

// What a body says matters only where the hook could have an effect.
TEST(ClassifyTest, TooEarlyAndTooLateSayMoreThanABodyThatDiffers) {
  Journey journey;
  journey.To(State::kRolledBack);
  HookInput start = HookFor(Hook::kStart, journey.key, "other");
  start.location = "DE";
  EXPECT_EQ(*Meaning(journey.row(), start), Event::kStart) << "for the table to refuse";
  journey = Journey();
  journey.To(State::kCommitted);
  EXPECT_EQ(RefusalOf(Meaning(journey.row(), start).status()), Refusal::kLocationMismatch);
  start.location = "EU";
  EXPECT_EQ(RefusalOf(Meaning(journey.row(), start).status()), Refusal::kBodyMismatch);
}

TEST(ClassifyTest, ARollbackIsNeverRefusedForItsBody) {
  Journey journey;
  journey.To(State::kCopying);
  HookInput rollback = HookFor(Hook::kRollback, journey.key);
  rollback.location = "nowhere";
  rollback.window = Window{At(1), At(1)};
  EXPECT_EQ(*Meaning(journey.row(), rollback), Event::kRollback);
}

TEST(ClassifyTest, OnlyTheSameHookWithTheSameBodyIsARepetition) {
  Journey journey;
  journey.To(State::kCopying);
  const MigrationKey& key = journey.key;
  EXPECT_NE(FindReplay(journey.row(), HookFor(Hook::kStart, key)), nullptr);
  EXPECT_EQ(FindReplay(journey.row(), HookFor(Hook::kStart, key, "other")), nullptr);
  EXPECT_EQ(FindReplay(journey.row(), HookFor(Hook::kCommit, key)), nullptr);
  HookInput commit = HookFor(Hook::kCommit, key);
  commit.body_sha256 = FindReceipt(journey.row(), Hook::kStart)->body_sha256;
  EXPECT_EQ(FindReplay(journey.row(), commit), nullptr);
}

TEST(ClassifyTest, AnEmptyBodyIsABodyLikeAnother) {
  Journey journey;
  journey.To(State::kScheduled);
  HookInput start = HookFor(Hook::kStart, journey.key);
  start.body_sha256.clear();
  EXPECT_FALSE(journey.Happen(start).answer.replayed);
  EXPECT_TRUE(journey.Happen(start).answer.replayed);
  EXPECT_EQ(RefusalOf(journey.Try(HookFor(Hook::kStart, journey.key)).status()),
            Refusal::kBodyMismatch);
}

TEST(ClassifyTest, ThePassingOfTimeMeansSomethingOnlyWhereItShould) {
  const absl::Time late = At(24 * 365);
  const std::pair<State, std::optional<Event>> expected[] = {
      {State::kScheduled, Event::kWindowClosed}, {State::kCopying, Event::kWindowClosed},
      {State::kReadyToCommit, std::nullopt},     {State::kCommitting, std::nullopt},
      {State::kSwitched, std::nullopt},          {State::kCommitted, std::nullopt},
      {State::kFailed, Event::kUndoDue},         {State::kRollingBack, std::nullopt},
      {State::kRolledBack, std::nullopt},        {State::kCancelled, std::nullopt}};
  for (const auto& [state, event] : expected) {
    Journey journey;
    journey.To(state);
    EXPECT_EQ(Derive(journey.row(), journey.now), std::nullopt) << ToString(state);
    EXPECT_EQ(Derive(journey.row(), late), event) << ToString(state);
  }
}

}  // namespace
}  // namespace realm::coordinator
