// The chain shows any record that was changed, dropped, added or moved, but for the last ones
// being cut off: that is for the high-water mark to show.

#include "coordinator/core/audit.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "tests/support/coordinator/journey.h"

namespace realm::coordinator {
namespace {

bool Holds(const std::vector<AuditRecord>& trail) {
  std::string head = FirstChainHead();
  uint64_t sequence = 0;
  for (const AuditRecord& record : trail) {
    if (record.sequence != ++sequence) return false;
    head = ChainHash(head, record);
    if (record.hash != head) return false;
  }
  return true;
}

std::vector<AuditRecord> Trail() {
  Journey journey;
  journey.To(State::kCommitted);
  return journey.world.audit;
}

TEST(AuditTest, EveryAcceptedInputHasItsRecord) {
  const std::vector<AuditRecord> trail = Trail();
  ASSERT_TRUE(Holds(trail));
  std::vector<std::string> words;
  words.reserve(trail.size());
  for (const AuditRecord& record : trail)
    words.push_back(record.input);
  EXPECT_EQ(words, (std::vector<std::string>{"schedule", "start", "lease", "job-report", "commit",
                                             "lease", "job-report", "traffic", "lease",
                                             "job-report", "lease", "job-report"}));
  EXPECT_EQ(trail.front().before, State::kNone);
  EXPECT_EQ(trail.back().after, State::kCommitted);
  EXPECT_EQ(trail.back().detail, "main/purge done");
}

TEST(AuditTest, AnyChangeOfARecordShows) {
  const std::vector<std::function<void(AuditRecord*)>> changes = {
      [](AuditRecord* r) { ++r->sequence; },
      [](AuditRecord* r) { r->time += absl::Microseconds(1); },
      [](AuditRecord* r) { r->key.app = AppId("other"); },
      [](AuditRecord* r) { r->key.tenant = TenantId("other"); },
      [](AuditRecord* r) { r->key.migration = MigrationId("other"); },
      [](AuditRecord* r) { r->actor += "x"; },
      [](AuditRecord* r) { r->input += "x"; },
      [](AuditRecord* r) { r->detail += "x"; },
      [](AuditRecord* r) { r->before = State::kFailed; },
      [](AuditRecord* r) { r->after = State::kFailed; },
      [](AuditRecord* r) { ++r->epoch; },
      [](AuditRecord* r) { r->hash[31] ^= 1; },
      // A byte that moves from one field into the next.
      [](AuditRecord* r) {
        r->input = r->actor.back() + r->input;
        r->actor.pop_back();
      },
  };
  const std::vector<AuditRecord> trail = Trail();
  for (size_t i = 0; i < trail.size(); ++i) {
    for (size_t c = 0; c < changes.size(); ++c) {
      std::vector<AuditRecord> changed = trail;
      changes[c](&changed[i]);
      EXPECT_FALSE(Holds(changed)) << "record " << i << ", change " << c;
    }
  }
}

TEST(AuditTest, ADroppedRecordShowsEvenWhenTheRestAreRenumbered) {
  const std::vector<AuditRecord> trail = Trail();
  for (size_t i = 0; i + 1 < trail.size(); ++i) {
    std::vector<AuditRecord> dropped = trail;
    dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(Holds(dropped)) << i;
    for (size_t n = 0; n < dropped.size(); ++n)
      dropped[n].sequence = n + 1;
    EXPECT_FALSE(Holds(dropped)) << i;
  }
}

TEST(AuditTest, TwoRecordsThatChangedPlacesShow) {
  const std::vector<AuditRecord> trail = Trail();
  for (size_t i = 0; i + 1 < trail.size(); ++i) {
    std::vector<AuditRecord> swapped = trail;
    std::swap(swapped[i], swapped[i + 1]);
    EXPECT_FALSE(Holds(swapped)) << i;
    std::swap(swapped[i].sequence, swapped[i + 1].sequence);
    EXPECT_FALSE(Holds(swapped)) << i;
  }
}

TEST(AuditTest, ARecordTakenFromAnotherChainShows) {
  std::vector<AuditRecord> trail = Trail();
  const std::string elsewhere(32, 'x');
  trail[3].hash = ChainHash(elsewhere, trail[3]);
  EXPECT_FALSE(Holds(trail));
}

}  // namespace
}  // namespace realm::coordinator
