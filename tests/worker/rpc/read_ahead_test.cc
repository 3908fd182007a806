// Bounds and ends of reading ahead.

#include "worker/rpc/read_ahead.h"

#include <gtest/gtest.h>

#include <atomic>

#include "absl/synchronization/notification.h"

namespace realm::worker {
namespace {

// Items 1 to `last`, then the end, which is 0.
class Numbers {
 public:
  explicit Numbers(int last) : last_(last) {}
  absl::StatusOr<int> Next() {
    const int number = ++read_;
    return number > last_ ? 0 : number;
  }
  int read() const { return read_; }

 private:
  const int last_;
  std::atomic<int> read_{0};
};

ReadAhead<int> Read(Numbers& numbers, int64_t size) {
  return ReadAhead<int>([&] { return numbers.Next(); }, [](int item) { return item == 0; },
                        [size](int) { return size; });
}

TEST(ReadAheadTest, ItemsComeInOrderUntilTheEnd) {
  Numbers numbers(100);
  ReadAhead<int> ahead = Read(numbers, 1);
  for (int i = 1; i <= 100; ++i)
    EXPECT_EQ(*ahead.Next(absl::InfiniteDuration()), i);
  EXPECT_EQ(*ahead.Next(absl::InfiniteDuration()), 0);
  EXPECT_EQ(numbers.read(), 101);
}

TEST(ReadAheadTest, NoMoreIsReadThanFits) {
  Numbers numbers(1000);
  ReadAhead<int> ahead = Read(numbers, kReadAheadBytesMax / 2 + 1);
  ASSERT_TRUE(ahead.Next(absl::InfiniteDuration()).ok());
  ASSERT_TRUE(ahead.Next(absl::InfiniteDuration()).ok());
  // Two were taken, two fill the room, and one may be in the reader's hands.
  EXPECT_LE(numbers.read(), 5);
}

TEST(ReadAheadTest, ErrorComesAfterWhatWasReadBeforeIt) {
  int read = 0;
  ReadAhead<int> ahead(
      [&]() -> absl::StatusOr<int> {
        if (++read == 2) return absl::DataLossError("damaged");
        return read;
      },
      [](int) { return false; }, [](int) { return int64_t{1}; });
  EXPECT_EQ(*ahead.Next(absl::InfiniteDuration()), 1);
  EXPECT_TRUE(absl::IsDataLoss(ahead.Next(absl::InfiniteDuration()).status()));
}

TEST(ReadAheadTest, PatienceEndsWithoutLosingAnything) {
  absl::Notification go;
  ReadAhead<int> ahead(
      [&]() -> absl::StatusOr<int> {
        go.WaitForNotification();
        return 7;
      },
      [](int) { return true; }, [](int) { return int64_t{1}; });
  EXPECT_TRUE(absl::IsDeadlineExceeded(ahead.Next(absl::Milliseconds(1)).status()));
  go.Notify();
  EXPECT_EQ(*ahead.Next(absl::InfiniteDuration()), 7);
}

}  // namespace
}  // namespace realm::worker
