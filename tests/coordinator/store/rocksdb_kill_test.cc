// A process that writes is killed with SIGKILL at any moment, again and again, or its syncs fail
// under it. Whatever it had acknowledged is there when the store is opened next.

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <iostream>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"

#include "coordinator/store/rocksdb_store.h"
#include "tests/coordinator/store/store_child.h"
#include "tests/coordinator/store/store_folder.h"
#include "tests/support/coordinator/numbered_batches.h"
#include "tests/support/temp_folder.h"

namespace realm::coordinator {
namespace {

constexpr int kKills = 60;
constexpr int kEndless = 1000000;

// Reads what the child says `count` times; the last number.
int ReadSome(StoreChild& child, unsigned count) {
  int last = 0;
  for (unsigned i = 0; i < count; ++i)
    last = child.Next().value_or(last);
  return last;
}

int ReadAll(StoreChild& child, int last) {
  while (const std::optional<int> number = child.Next())
    last = *number;
  return last;
}

// Takes a little time that is not a multiple of anything.
void Spin(unsigned rounds) {
  volatile unsigned sum = 0;
  for (unsigned i = 0; i < rounds; ++i)
    sum = sum + i;
}

TEST(RocksdbKillTest, WhatWasAcknowledgedSurvivesSigkillAtAnyMoment) {
  TempFolder temp;
  const std::string folder = temp.path("store");
  std::mt19937 random(1);
  int state = 0;
  int cut_short = 0;
  for (int round = 0; round < kKills; ++round) {
    StoreChild child(folder, kEndless);
    // Every third one while it opens the store; the others while they write.
    const bool while_opening = round % 3 == 0;
    int acknowledged = ReadSome(child, while_opening ? 1 : 2 + random() % 150);
    Spin(random() % (while_opening ? 30000000 : 300000));
    child.Kill();
    EXPECT_EQ(child.Wait(), -SIGKILL);
    acknowledged = std::max(state, ReadAll(child, acknowledged));
    const auto store = OpenStore(folder);
    ASSERT_TRUE(store.ok()) << "kill " << round << ": " << store.status();
    const auto found = StateOf(**store);
    ASSERT_TRUE(found.ok()) << "kill " << round << ": " << found.status();
    EXPECT_GE(*found, acknowledged) << "kill " << round;
    EXPECT_LE(*found, acknowledged + 1) << "kill " << round;
    cut_short += *found > acknowledged ? 1 : 0;
    state = *found;
  }
  EXPECT_GT(state, kKills);
  std::cout << kKills << " kills, " << state << " batches, " << cut_short
            << " of them durable but killed before they could say so\n";
}

// The system call itself fails. strace counts the calls of each thread; RocksDB syncs its log in
// the thread that applies.
TEST(RocksdbStraceTest, AFailedSystemCallEndsTheProcessAtOnce) {
  int stopped = 0;
  for (const int number : {1, 2, 3, 4, 5, 8, 13, 21, 40, 66, 67, 68, 69, 70, 100, 130}) {
    TempFolder temp;
    const std::string folder = temp.path("store");
    StoreChild child(folder, 150,
                     {"strace", "-f", "-q", "-o", temp.path("trace"), "-e", "trace=fdatasync", "-e",
                      absl::StrCat("inject=fdatasync:error=EIO:when=", number)});
    const int acknowledged = ReadAll(child, 0);
    const int code = child.Wait();
    // Before the store is open the process has nothing to lose and ends as it likes.
    EXPECT_NE(code, 0) << "sync " << number;
    if (acknowledged > 0) {
      EXPECT_EQ(code, kExitStoreFailed) << "sync " << number;
      ++stopped;
    }
    const auto store = OpenStore(folder);
    ASSERT_TRUE(store.ok()) << "sync " << number << ": " << store.status();
    const auto found = StateOf(**store);
    ASSERT_TRUE(found.ok()) << "sync " << number << ": " << found.status();
    EXPECT_GE(*found, acknowledged) << "sync " << number;
    EXPECT_LE(*found, acknowledged + 1) << "sync " << number;
  }
  EXPECT_GE(stopped, 10);
}

}  // namespace
}  // namespace realm::coordinator
