// Rows come back as they were, and bytes that no row was written as are refused, whatever they are.

#include "coordinator/store/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "google/protobuf/message.h"

#include "realm/store/v1/rows.pb.h"

namespace realm::coordinator {
namespace {

namespace pb = ::realm::store::v1;

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ::testing::HasSubstr;

// Gives every field of `message`, and of what is in it, a value of its own that is not the default.
class Filler {
 public:
  void Fill(Message& message) {
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor& field = *message.GetDescriptor()->field(i);
      for (int item = 0; item < (field.is_repeated() ? 2 : 1); ++item)
        Fill(field, message);
    }
  }

 private:
  void Fill(const FieldDescriptor& field, Message& message) {
    const auto& access = *message.GetReflection();
    const std::string text = field.name() + std::to_string(++number_);
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return field.is_repeated() ? access.AddString(&message, &field, text)
                                   : access.SetString(&message, &field, text);
      case FieldDescriptor::CPPTYPE_BOOL:
        return access.SetBool(&message, &field, true);
      case FieldDescriptor::CPPTYPE_INT32:
        return access.SetInt32(&message, &field, ++number_);
      case FieldDescriptor::CPPTYPE_INT64:
        return access.SetInt64(&message, &field, ++number_);
      case FieldDescriptor::CPPTYPE_UINT64:
        return access.SetUInt64(&message, &field, ++number_);
      case FieldDescriptor::CPPTYPE_UINT32:  // An enumerator; all enums have a second one.
        return access.SetUInt32(&message, &field, 2);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Fill(field.is_repeated() ? *access.AddMessage(&message, &field)
                                        : *access.MutableMessage(&message, &field));
      default:
        FAIL() << "no value for " << field.full_name();
    }
  }

  int number_ = 0;
};

// A row in which every field is set; one that the codec forgot would be lost from it.
template <typename RowProto>
std::string FullRow() {
  RowProto row;
  Filler().Fill(row);
  return row.SerializeAsString();
}

template <typename RowProto>
std::string TextOf(const std::string& bytes) {
  RowProto row;
  EXPECT_TRUE(row.ParseFromString(bytes));
  return row.DebugString();
}

template <typename RowProto, typename Decode>
void ExpectNothingIsLost(Decode decode) {
  const std::string bytes = FullRow<RowProto>();
  const auto row = decode(bytes);
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(TextOf<RowProto>(EncodeRow(*row)), TextOf<RowProto>(bytes));
}

TEST(RowsTest, EveryFieldComesBack) {
  ExpectNothingIsLost<pb::MigrationRow>(DecodeMigration);
  ExpectNothingIsLost<pb::TenantRow>(DecodeTenant);
  ExpectNothingIsLost<pb::InstallationRow>(DecodeInstallation);
}

std::vector<AuditRecord> ChainedRecords(std::string head, int count) {
  std::vector<AuditRecord> out;
  for (int i = 1; i <= count; ++i) {
    AuditRecord record;
    record.sequence = static_cast<uint64_t>(i);
    record.time = absl::FromUnixSeconds(1'700'000'000 + i);
    record.key = {AppId("app"), TenantId("acme"), MigrationId("m1")};
    record.actor = "worker:EU/eu-1";
    record.input = "lease";
    record.detail = "core/copy to eu-1";
    record.before = State::kScheduled;
    record.after = State::kCopying;
    record.epoch = 7;
    record.hash = head = ChainHash(head, record);
    out.push_back(record);
  }
  return out;
}

TEST(RowsTest, EveryAuditRecordOfABlockComesBack) {
  const std::vector<AuditRecord> records = ChainedRecords(FirstChainHead(), 3);
  const auto block = DecodeAuditBlock(EncodeAuditBlock(FirstChainHead(), records));
  ASSERT_TRUE(block.ok()) << block.status();
  EXPECT_EQ(block->previous, FirstChainHead());
  ASSERT_EQ(block->records.size(), records.size());
  for (size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(block->records[i].hash, records[i].hash);
    EXPECT_EQ(ChainHash("", block->records[i]), ChainHash("", records[i]));
  }
}

TEST(RowsTest, ChangedAuditRecordIsDamage) {
  std::vector<AuditRecord> records = ChainedRecords(FirstChainHead(), 3);
  records[1].actor = "worker:EU/eu-2";
  EXPECT_TRUE(
      absl::IsDataLoss(DecodeAuditBlock(EncodeAuditBlock(FirstChainHead(), records)).status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeAuditBlock("").status()));
}

Migration SmallMigration() {
  Migration migration;
  migration.key = {AppId("app"), TenantId("acme"), MigrationId("m1")};
  migration.state = State::kScheduled;
  return migration;
}

TEST(RowsTest, TimesWithoutEndComeBack) {
  Migration migration = SmallMigration();
  migration.switched = absl::InfinitePast();
  migration.window.end = absl::InfiniteFuture();
  migration.window.start = absl::FromUnixMicros(-5);
  const Migration back = *DecodeMigration(EncodeRow(migration));
  EXPECT_EQ(back.switched, absl::InfinitePast());
  EXPECT_EQ(back.window.end, absl::InfiniteFuture());
  EXPECT_EQ(back.window.start, migration.window.start);
}

TEST(RowsTest, WhatIsOptionalIsNotMadeUp) {
  const Migration back = *DecodeMigration(EncodeRow(SmallMigration()));
  EXPECT_FALSE(back.proof.has_value());
  EXPECT_FALSE(back.failure.has_value());
  EXPECT_FALSE(back.terms.accept_elapsed.has_value());
  Migration migration = SmallMigration();
  migration.terms.accept_elapsed = absl::ZeroDuration();
  EXPECT_EQ(DecodeMigration(EncodeRow(migration))->terms.accept_elapsed, absl::ZeroDuration());
}

// An error text that was cut in the middle of a letter, or an id of any bytes, must not make a row
// that is written and then cannot be read.
TEST(RowsTest, TextsNeedNotBeUtf8) {
  Migration migration = SmallMigration();
  migration.key.tenant = TenantId("\xff\xfe");
  migration.jobs.resize(1);
  migration.jobs[0].last_error = "caf\xc3";
  const auto back = DecodeMigration(EncodeRow(migration));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->key.tenant, migration.key.tenant);
  EXPECT_EQ(back->jobs[0].last_error, "caf\xc3");
}

TEST(RowsTest, AnEnumeratorOfANewerBuildIsRefused) {
  pb::MigrationRow row;
  ASSERT_TRUE(row.ParseFromString(EncodeRow(SmallMigration())));
  row.set_state(99);
  const auto decoded = DecodeMigration(row.SerializeAsString());
  EXPECT_EQ(decoded.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(decoded.status().message()), HasSubstr("99 is not known"));
}

TEST(RowsTest, ARowWithoutItsNameIsRefused) {
  for (const auto& status :
       {DecodeMigration("").status(), DecodeTenant("").status(), DecodeInstallation("").status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  }
}

// The seed is fixed: a failure is found again.
TEST(RowsTest, DamagedBytesAreRefusedOrReadNeverWorse) {
  std::mt19937 random(1);
  const std::string whole = FullRow<pb::MigrationRow>();
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = whole;
    for (unsigned i = 0; i < 1 + random() % 3; ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (random() % 2 == 0) bytes.resize(random() % bytes.size());
    const auto row = DecodeMigration(bytes);
    if (row.ok()) {
      EXPECT_TRUE(DecodeMigration(EncodeRow(*row)).ok());
    } else {
      EXPECT_EQ(row.status().code(), absl::StatusCode::kDataLoss);
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace realm::coordinator
