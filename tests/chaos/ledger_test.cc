#include "tests/chaos/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace realm::chaos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LedgerTest : public testing::Test {
 protected:
  LedgerTest() {
    ledger_.Note(1, "one", Said::kDone);
    ledger_.Note(2, "two", Said::kDone);
    ledger_.Note(3, "three", Said::kRefused);
  }

  Ledger ledger_;
};

TEST_F(LedgerTest, WhatWasAcknowledgedIsRight) {
  EXPECT_THAT(ledger_.Compare({"1|one", "2|two"}), IsEmpty());
}

TEST_F(LedgerTest, ALostRecordIsFound) {
  EXPECT_THAT(ledger_.Compare({"1|one"}),
              ElementsAre("record 2 is not there and was acknowledged as two"));
}

TEST_F(LedgerTest, AnOlderTextIsFound) {
  ledger_.Note(2, "newer", Said::kDone);
  EXPECT_THAT(ledger_.Compare({"1|one", "2|two"}),
              ElementsAre("record 2 is two and was acknowledged as newer"));
}

TEST_F(LedgerTest, ADoubledRecordIsFound) {
  EXPECT_THAT(ledger_.Compare({"1|one", "2|two", "2|two"}), ElementsAre("record 2 is doubled"));
}

TEST_F(LedgerTest, ARecordThatCameBackIsFound) {
  ledger_.Note(2, std::nullopt, Said::kDone);
  EXPECT_THAT(ledger_.Compare({"1|one", "2|two"}),
              ElementsAre("record 2 is two and was acknowledged as deleted"));
}

TEST_F(LedgerTest, WhatWasRefusedIsNotToBeThere) {
  EXPECT_THAT(ledger_.Compare({"1|one", "2|two", "3|three"}),
              ElementsAre("record 3 was never written: three"));
}

TEST_F(LedgerTest, WhatNobodyWasToldOfMayHaveHappenedOrNot) {
  for (const char* text : {"two", "perhaps"}) {
    Ledger ledger = ledger_;
    ledger.Note(2, "perhaps", Said::kUnknown);
    EXPECT_TRUE(ledger.IsInDoubt(2));
    EXPECT_THAT(ledger.Compare({"1|one", std::string("2|") + text}), IsEmpty());
    EXPECT_EQ(ledger.TextOf(2), text);
    EXPECT_FALSE(ledger.IsInDoubt(2));
  }
  ledger_.Note(2, "perhaps", Said::kUnknown);
  EXPECT_THAT(ledger_.Compare({"1|one", "2|neither"}),
              ElementsAre("record 2 is neither and was acknowledged as two"));
}

}  // namespace
}  // namespace realm::chaos
