#include "coordinator/ctl/table.h"

#include <gtest/gtest.h>

namespace realm::ctl {
namespace {

TEST(TableTest, ColumnsLineUpUnderTheirHeadings) {
  Table table({"REALM", "WORKERS"});
  table.Add({"US", "6"});
  table.Add({"EUROPE", "2"});
  EXPECT_EQ(table.Text(),
            "REALM   WORKERS\n"
            "US      6\n"
            "EUROPE  2\n");
}

TEST(TableTest, AnEmptyCellKeepsItsColumn) {
  Table table({"A", "B", "C"});
  table.Add({"1", "", "3"});
  EXPECT_EQ(table.Text(), "A  B  C\n1  -  3\n");
}

TEST(TableTest, ARowCannotSteerTheTerminal) {
  Table table({"A"});
  table.Add({"x\033[2J\ny"});
  EXPECT_EQ(table.Text(), "A\nx\\x1b[2J\\ny\n");
}

TEST(TableTest, LettersBeyondAsciiTakeOneColumn) {
  Table table({"A", "B"});
  table.Add({"\xC3\xA9", "1"});
  table.Add({"ee", "2"});
  EXPECT_EQ(table.Text(), "A   B\n\xC3\xA9   1\nee  2\n");
}

}  // namespace
}  // namespace realm::ctl
