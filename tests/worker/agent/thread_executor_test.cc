#include "worker/agent/thread_executor.h"

#include <gtest/gtest.h>

#include <atomic>

#include "absl/synchronization/barrier.h"
#include "absl/synchronization/notification.h"

namespace realm::worker {
namespace {

TEST(ThreadExecutorTest, RunsAsManyAtOnceAsItHasThreads) {
  auto* met = new absl::Barrier(3);
  ThreadExecutor executor(2);
  for (int i = 0; i < 2; ++i) {
    executor.Start([met] {
      if (met->Block()) delete met;
    });
  }
  if (met->Block()) delete met;
}

TEST(ThreadExecutorTest, EverythingStartedHasRunWhenItIsGone) {
  std::atomic<int> ran{0};
  {
    ThreadExecutor executor(2);
    absl::Notification go;
    executor.Start([&] { go.WaitForNotification(); });
    for (int i = 0; i < 20; ++i)
      executor.Start([&] { ++ran; });
    go.Notify();
  }
  EXPECT_EQ(ran, 20);
}

}  // namespace
}  // namespace realm::worker
