#include "coordinator/edge/background.h"

#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace realm::edge {
namespace {

TEST(BackgroundTest, RunsInOrderAlsoWhatWorkAdds) {
  std::vector<int> order;
  absl::Notification done;
  Background background;
  background.Run([&] {
    order.push_back(1);
    background.Run([&] {
      order.push_back(3);
      done.Notify();
    });
    order.push_back(2);
  });
  done.WaitForNotification();
  EXPECT_THAT(order, testing::ElementsAre(1, 2, 3));
}

TEST(BackgroundTest, FinishesWhatIsRunning) {
  bool finished = false;
  absl::Notification started;
  absl::Notification go_on;
  {
    Background background;
    background.Run([&] {
      started.Notify();
      go_on.WaitForNotification();
      finished = true;
    });
    started.WaitForNotification();
    go_on.Notify();
  }
  EXPECT_TRUE(finished);
}

}  // namespace
}  // namespace realm::edge
