#include "coordinator/rpc/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/limits.h"
#include "tests/support/coordinator/journey.h"

namespace realm::coordinator {
namespace {

using testing::HasSubstr;

v1::AttachRequest FrameWith(const v1::JobReport& job) {
  v1::AttachRequest frame;
  frame.set_protocol(1);
  frame.set_worker_id("w1");
  frame.set_realm("EU");
  frame.set_slots(1);
  *frame.add_jobs() = job;
  return frame;
}

TEST(WireTest, LongErrorOfAWorkerIsCutBetweenLettersSoThatItCanBeTold) {
  v1::JobReport job;
  job.set_error(std::string(kErrorTextBytesMax - 1, 'x') + "\xc3\xa9");
  Journey journey;
  journey.To(State::kCopying);
  journey.Lease(JobKind::kCopy);
  journey.Report(JobKind::kCopy, ReportInput::Outcome::kFailed,
                 FromProto(FrameWith(job)).value().jobs[0].error);
  const v1::Migration told = ToProto(journey.row(), &journey.tenant(), {}, journey.now);
  v1::Migration heard;
  ASSERT_TRUE(heard.ParseFromString(told.SerializeAsString()));
  EXPECT_EQ(heard.jobs(0).last_error(), std::string(kErrorTextBytesMax - 1, 'x'));
}

TEST(WireTest, CountsThatNoJobReachesAreRefused) {
  v1::JobReport job;
  job.set_records_done(-1);
  EXPECT_THAT(FromProto(FrameWith(job)).status().message(), HasSubstr("records_done is -1"));
  job.set_records_done(int64_t{1} << 57);
  EXPECT_TRUE(absl::IsInvalidArgument(FromProto(FrameWith(job)).status()));
  job.set_records_done(int64_t{1} << 56);
  EXPECT_TRUE(FromProto(FrameWith(job)).ok());
}

TEST(WireTest, AnEntrySaysWhetherARestoreHasPutItInDoubt) {
  Journey journey;
  EXPECT_FALSE(ToProto(journey.tenant(), 1).in_doubt());
  EXPECT_TRUE(ToProto(journey.tenant(), 2).in_doubt());
}

TEST(WireTest, TimesBeyondWhatATimestampHoldsAreItsFirstAndLast) {
  EXPECT_EQ(ToProto(absl::InfinitePast()).seconds(), -62135596800);
  EXPECT_EQ(ToProto(absl::InfiniteFuture()).seconds(), 253402300799);
  EXPECT_EQ(ToProto(absl::FromUnixSeconds(INT64_MAX - 1)).nanos(), 0);
  EXPECT_EQ(ToProto(absl::FromUnixMicros(-1)).seconds(), -1);
  EXPECT_EQ(ToProto(absl::FromUnixMicros(-1)).nanos(), 999999000);
}

}  // namespace
}  // namespace realm::coordinator
