#include "coordinator/store/opening.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "common/digest.h"
#include "coordinator/store/high_water.h"

namespace realm::coordinator {
namespace {

using ::testing::HasSubstr;

const absl::Status kNone = absl::NotFoundError("none");
const absl::Status kDamaged = absl::DataLossError("a byte is wrong");

StoreHead HeadAt(uint64_t sequence) {
  StoreHead head;
  head.store_id = std::string(16, 's');
  head.generation = 2;
  head.incarnation = 5;
  head.sequence = sequence;
  head.audit_sequence = sequence * 2;
  head.chain_head = Sha256(std::to_string(sequence));
  return head;
}

StoreHead Changed(StoreHead head, const std::function<void(StoreHead&)>& change) {
  change(head);
  return head;
}

std::string Refusal(const Found& found) {
  const absl::StatusOr<Opening> opening = PlanOpening(found, false);
  EXPECT_EQ(opening.status().code(), absl::StatusCode::kDataLoss) << opening.status();
  EXPECT_THAT(std::string(opening.status().message()), HasSubstr("--accept-data-loss"));
  return std::string(opening.status().message());
}

TEST(OpeningTest, NothingAtAllIsANewStore) {
  const auto opening = PlanOpening({kNone, kNone}, false);
  ASSERT_TRUE(opening.ok());
  EXPECT_TRUE(opening->create);
  EXPECT_EQ(opening->head.generation, 1u);
  EXPECT_EQ(opening->head.sequence, 0u);
  EXPECT_NE(opening->head.store_id, PlanOpening({kNone, kNone}, false)->head.store_id);
}

TEST(OpeningTest, AnInterruptedCreationGoesOn) {
  const StoreHead first = FirstHead();
  const auto opening = PlanOpening({first, kNone}, false);
  ASSERT_TRUE(opening.ok());
  EXPECT_TRUE(opening->create);
  EXPECT_EQ(opening->head, first);
}

TEST(OpeningTest, AStoreAtItsMarkOrALittlePastItOpens) {
  for (const uint64_t ahead : {uint64_t{0}, uint64_t{1}, kMarkLagMax + 2}) {
    const auto opening = PlanOpening({HeadAt(100), HeadAt(100 + ahead)}, false);
    ASSERT_TRUE(opening.ok()) << opening.status();
    EXPECT_FALSE(opening->create);
    EXPECT_EQ(opening->head, HeadAt(100 + ahead));
  }
}

TEST(OpeningTest, AStoreBehindItsMarkIsRefused) {
  EXPECT_THAT(Refusal({HeadAt(100), HeadAt(99)}), HasSubstr("stands at batch 99, its mark at 100"));
  EXPECT_THAT(Refusal({HeadAt(100), Changed(HeadAt(100), [](auto& h) { h.incarnation = 4; })}),
              HasSubstr("incarnation 4, its mark at 5"));
  EXPECT_THAT(Refusal({HeadAt(100), Changed(HeadAt(100), [](auto& h) { h.generation = 1; })}),
              HasSubstr("generation 1, its mark at 2"));
  EXPECT_THAT(Refusal({HeadAt(100), Changed(HeadAt(101), [](auto& h) { h.audit_sequence = 9; })}),
              HasSubstr("audit record 9, its mark at 200"));
}

TEST(OpeningTest, AStoreThatIsNotTheOneOfItsMarkIsRefused) {
  EXPECT_THAT(Refusal({HeadAt(100), Changed(HeadAt(100), [](auto& h) { h.store_id[0] = 'x'; })}),
              HasSubstr("of two stores"));
  EXPECT_THAT(Refusal({HeadAt(100), Changed(HeadAt(100), [](auto& h) { h.chain_head[0] ^= 1; })}),
              HasSubstr("audit chain is not the one"));
  // No power cut leaves the mark that far behind.
  EXPECT_THAT(Refusal({HeadAt(100), HeadAt(100 + kMarkLagMax + 3)}), HasSubstr("its mark at 100"));
}

TEST(OpeningTest, WhatIsMissingOrDamagedIsRefused) {
  EXPECT_THAT(Refusal({HeadAt(100), kNone}), HasSubstr("missing or empty"));
  EXPECT_THAT(Refusal({HeadAt(100), kDamaged}), HasSubstr("a byte is wrong"));
  EXPECT_THAT(Refusal({kNone, HeadAt(100)}), HasSubstr("mark beside the database is missing"));
  EXPECT_THAT(Refusal({kDamaged, HeadAt(100)}), HasSubstr("a byte is wrong"));
  EXPECT_THAT(Refusal({kDamaged, kNone}), HasSubstr("a byte is wrong"));
  EXPECT_THAT(Refusal({FirstHead(), kDamaged}), HasSubstr("a byte is wrong"));
}

TEST(OpeningTest, WhatCannotBeLookedAtIsReportedAsItIs) {
  const absl::Status newer = absl::FailedPreconditionError("newer");
  const absl::Status io = absl::UnknownError("I/O");
  for (const bool accept : {false, true}) {
    EXPECT_EQ(PlanOpening({HeadAt(1), newer}, accept).status(), newer);
    EXPECT_EQ(PlanOpening({io, HeadAt(1)}, accept).status(), io);
    EXPECT_EQ(PlanOpening({HeadAt(1), io}, accept).status(), io);
  }
}

TEST(OpeningTest, AnAcceptedLossRaisesTheGenerationAboveBoth) {
  const StoreHead ahead = Changed(HeadAt(100), [](auto& h) {
    h.generation = 7;
    h.incarnation = 9;
  });
  const auto behind = PlanOpening({ahead, HeadAt(90)}, true);
  ASSERT_TRUE(behind.ok());
  EXPECT_FALSE(behind->create);
  EXPECT_EQ(behind->head.generation, 8u);
  EXPECT_EQ(behind->head.incarnation, 9u);
  EXPECT_EQ(behind->head.sequence, 90u);
  EXPECT_EQ(behind->head.chain_head, HeadAt(90).chain_head);
  EXPECT_THAT(behind->accepted, HasSubstr("its mark at 7"));

  const auto gone = PlanOpening({ahead, kNone}, true);
  ASSERT_TRUE(gone.ok());
  EXPECT_TRUE(gone->create);
  EXPECT_EQ(gone->head.generation, 8u);
  EXPECT_EQ(gone->head.store_id, ahead.store_id);

  const auto unmarked = PlanOpening({kDamaged, HeadAt(90)}, true);
  ASSERT_TRUE(unmarked.ok());
  EXPECT_EQ(unmarked->head.generation, 3u);
}

TEST(OpeningTest, ARestoredFolderThatIsWholeIsANewGenerationToo) {
  const auto opening = PlanOpening({HeadAt(100), HeadAt(100)}, true);
  ASSERT_TRUE(opening.ok());
  EXPECT_EQ(opening->head.generation, 3u);
  EXPECT_EQ(opening->accepted, "");
}

TEST(OpeningTest, UnreadableFilesAreNeverReplacedByANewStore) {
  EXPECT_EQ(PlanOpening({HeadAt(100), kDamaged}, true).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace realm::coordinator
