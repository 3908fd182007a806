#include "coordinator/edge/key_cache.h"

#include <deque>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

#include "tests/coordinator/edge/platform.h"
#include "tests/support/fake_clock.h"

namespace realm::edge {
namespace {

// A platform whose key set the test writes, and which counts how often it is asked.
struct FakePlatform {
  PublicKeys keys;
  absl::Status outage;
  bool complete = true;
  bool from_copy = false;
  int loads = 0;
};

class FakeSource final : public KeySource {
 public:
  explicit FakeSource(FakePlatform* platform) : platform_(platform) {}

  absl::StatusOr<Loaded> Load(absl::string_view) override {
    ++platform_->loads;
    if (!platform_->outage.ok()) return platform_->outage;
    return Loaded{platform_->keys, platform_->complete, platform_->from_copy};
  }

 private:
  FakePlatform* const platform_;
};

class KeyCacheTest : public testing::Test {
 protected:
  KeyCacheTest()
      : cache_(std::make_unique<FakeSource>(&platform_), &clock_,
               [this](std::function<void()> work) { background_.push_back(std::move(work)); }) {
    Publish("k1");
  }

  void Publish(const std::string& id) { platform_.keys.emplace(id, PublicHalf(PlatformsKey())); }

  void RunBackground() {
    while (!background_.empty()) {
      const std::function<void()> work = std::move(background_.front());
      background_.pop_front();
      work();
    }
  }

  // What Find says in the end.
  absl::StatusCode Find(const std::string& id) {
    std::optional<absl::StatusCode> code;
    cache_.Find(id, [&code](const absl::StatusOr<PublicKey>& key) { code = key.status().code(); });
    RunBackground();
    return code.value();
  }

  FakeClock clock_;
  FakePlatform platform_;
  std::deque<std::function<void()>> background_;
  KeyCache cache_;
};

TEST_F(KeyCacheTest, AKnownKeyAsksNobody) {
  EXPECT_EQ(Find("k1"), absl::StatusCode::kOk);
  EXPECT_EQ(Find("k1"), absl::StatusCode::kOk);
  EXPECT_EQ(platform_.loads, 1);
}

TEST_F(KeyCacheTest, ThoseWhoWaitForOneKeyShareOneLoad) {
  int answered = 0;
  for (int i = 0; i < 5; ++i) {
    cache_.Find(
        "k1", [&answered](const absl::StatusOr<PublicKey>& key) { answered += key.ok() ? 1 : 0; });
  }
  EXPECT_EQ(answered, 0);
  RunBackground();
  EXPECT_EQ(answered, 5);
  EXPECT_EQ(platform_.loads, 1);
}

TEST_F(KeyCacheTest, ANewKeyIsFoundByLoadingAgain) {
  EXPECT_EQ(Find("k1"), absl::StatusCode::kOk);
  Publish("k2");
  EXPECT_EQ(Find("k2"), absl::StatusCode::kOk);
  EXPECT_EQ(platform_.loads, 2);
}

TEST_F(KeyCacheTest, AnUnknownKeyIsRememberedAsUnknownForAWhile) {
  EXPECT_EQ(Find("made-up"), absl::StatusCode::kNotFound);
  EXPECT_EQ(Find("made-up"), absl::StatusCode::kNotFound);
  EXPECT_EQ(platform_.loads, 1);
  Publish("made-up");
  clock_.Advance(kUnknownKeyLife);
  EXPECT_EQ(Find("made-up"), absl::StatusCode::kOk);
}

TEST_F(KeyCacheTest, MadeUpKeysAreRationedAndDoNotHarmKnownOnes) {
  EXPECT_EQ(Find("k1"), absl::StatusCode::kOk);
  for (int i = 0; i < 100; ++i)
    Find(absl::StrCat("made-up-", i));
  EXPECT_EQ(platform_.loads, kLoadsBurst);
  EXPECT_EQ(Find("made-up-x"), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Find("k1"), absl::StatusCode::kOk);
  clock_.Advance(kLoadRefill);
  EXPECT_EQ(Find("made-up-x"), absl::StatusCode::kNotFound);
}

TEST_F(KeyCacheTest, AnOutageIsNoVerdictOnAKey) {
  platform_.outage = absl::UnavailableError("no network");
  EXPECT_EQ(Find("k1"), absl::StatusCode::kUnavailable);
  platform_.outage = absl::OkStatus();
  EXPECT_EQ(Find("k1"), absl::StatusCode::kOk);
}

TEST_F(KeyCacheTest, AKnownKeySurvivesAnOutageButNotForEver) {
  EXPECT_EQ(Find("k1"), absl::StatusCode::kOk);
  platform_.outage = absl::UnavailableError("no network");
  clock_.Advance(kKeyLife - absl::Seconds(1));
  EXPECT_EQ(Find("k1"), absl::StatusCode::kOk);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Find("k1"), absl::StatusCode::kUnavailable);
}

TEST_F(KeyCacheTest, AnOldKeyIsLoadedAgainBesideItsUse) {
  EXPECT_EQ(Find("k1"), absl::StatusCode::kOk);
  clock_.Advance(kKeyFresh);
  EXPECT_EQ(Find("k1"), absl::StatusCode::kOk);
  EXPECT_EQ(Find("k1"), absl::StatusCode::kOk);
  EXPECT_EQ(platform_.loads, 2);
}

TEST_F(KeyCacheTest, AKeyThatThePlatformTookBackIsRefused) {
  EXPECT_EQ(Find("k1"), absl::StatusCode::kOk);
  platform_.keys.clear();
  Publish("k2");
  clock_.Advance(kKeyFresh);
  EXPECT_EQ(Find("k1"), absl::StatusCode::kOk) << "the refresh runs beside this use";
  EXPECT_EQ(Find("k1"), absl::StatusCode::kNotFound);
  EXPECT_EQ(Find("k2"), absl::StatusCode::kOk);
}

TEST_F(KeyCacheTest, KeysThatComeOneByOneDoNotReplaceOneAnother) {
  platform_.complete = false;
  EXPECT_EQ(Find("k1"), absl::StatusCode::kOk);
  platform_.keys.clear();
  Publish("k2");
  EXPECT_EQ(Find("k2"), absl::StatusCode::kOk);
  EXPECT_EQ(Find("k1"), absl::StatusCode::kOk);
  EXPECT_EQ(platform_.loads, 2);
}

TEST_F(KeyCacheTest, ACopyIsUsedAndLoadedAgainSoon) {
  platform_.from_copy = true;
  EXPECT_EQ(Find("k1"), absl::StatusCode::kOk);
  EXPECT_EQ(Find("k2"), absl::StatusCode::kUnavailable) << "a copy cannot say that a key is not";
  platform_.from_copy = false;
  EXPECT_EQ(Find("k1"), absl::StatusCode::kOk);
  EXPECT_EQ(platform_.loads, 3);
}

}  // namespace
}  // namespace realm::edge
