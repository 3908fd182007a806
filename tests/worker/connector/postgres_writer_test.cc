// Batches: what is seen of them and when, and what remains of them after the
// server or the connection went away.

#include "worker/connector/postgres_writer.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "tests/support/postgres_server.h"
#include "tests/support/worker/postgres_database.h"
#include "worker/connector/connector.h"
#include "worker/connector/registry.h"

namespace realm::worker {
namespace {

constexpr char kCreate[] =
    "CREATE TABLE t (tenant text, id int, a text, PRIMARY KEY (tenant, id));"
    "INSERT INTO t SELECT 'template', g, repeat('x', 10000) FROM generate_series(1, 1500) g";

std::unique_ptr<Connector> Open(const std::string& connection, absl::string_view tenant) {
  DatasetOptions options;
  options.name = DatasetName("d");
  options.kind = "postgres";
  options.realm = RealmId("EU");
  options.connection = Secret(connection);
  options.tables = {{"t", "tenant", {"id"}}};
  auto opened = OpenPostgres(options, tenant);
  REALM_CHECK_OK(opened.status());
  return *std::move(opened);
}

std::vector<Page> ReadPages(Connector& connector) {
  auto reader = connector.Read("t", {});
  REALM_CHECK_OK(reader.status());
  std::vector<Page> pages;
  while (true) {
    auto page = (*reader)->Next();
    REALM_CHECK_OK(page.status());
    if (page->record_count == 0) return pages;
    pages.push_back(*std::move(page));
  }
}

class PostgresWriterTest : public testing::Test {
 protected:
  PostgresWriterTest() : connection_(database_.ConnectionString()), app_(connection_) {
    app_.Must(kCreate);
    writer_ = Open(connection_, "acme");
    pages_ = ReadPages(*Open(connection_, "template"));
    REALM_CHECK_OK(writer_->RaiseFence(kToken));
  }

  absl::Status Write(const Page& page) { return writer_->Write(kToken, "t", page, page.last_key); }
  int64_t Count() { return atoi(app_.Ask("SELECT count(*) FROM t WHERE tenant = 'acme'").c_str()); }
  // Ends the sessions of workers, as a broken network does.
  void Disconnect() {
    app_.Must(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'realm-worker' AND datname = current_database()");
  }

  const TestDatabase database_;
  const std::string connection_;
  AppSession app_;
  std::unique_ptr<Connector> writer_;
  std::vector<Page> pages_;
};

TEST_F(PostgresWriterTest, NoMoreThanABatchIsEverUnseen) {
  int64_t written_bytes = 0;
  int64_t seen_bytes = 0;
  const auto observer = Open(connection_, "acme");
  for (const Page& page : pages_) {
    ASSERT_TRUE(Write(page).ok());
    written_bytes += page.byte_count;
    seen_bytes = Count() * 10000;
    EXPECT_LE(written_bytes - seen_bytes, kPostgresBatchBytes + page.byte_count);
    const std::string cursor = observer->GetControl()->cursor;
    EXPECT_EQ(cursor.empty(), seen_bytes == 0);
  }
  EXPECT_GT(written_bytes, kPostgresBatchBytes);
  ASSERT_TRUE(writer_->Sync().ok());
  EXPECT_EQ(Count(), 1500);
  EXPECT_EQ(observer->GetControl()->cursor, pages_.back().last_key);
}

TEST_F(PostgresWriterTest, AnOpenBatchGoesWithItsConnector) {
  ASSERT_TRUE(Write(pages_[0]).ok());
  writer_.reset();
  EXPECT_EQ(Count(), 0);
  EXPECT_EQ(Open(connection_, "acme")->GetControl()->cursor, "");
}

TEST_F(PostgresWriterTest, ALostConnectionLosesNoPageThatWasAnsweredFor) {
  for (size_t i = 0; i < pages_.size(); ++i) {
    if (i % 7 == 3) Disconnect();
    absl::Status status = Write(pages_[i]);
    for (int attempt = 0; absl::IsUnavailable(status) && attempt < 5; ++attempt) {
      status = Write(pages_[i]);
    }
    ASSERT_TRUE(status.ok()) << status;
  }
  Disconnect();
  absl::Status status = writer_->Sync();
  if (absl::IsUnavailable(status)) status = writer_->Sync();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(app_.Ask("SELECT count(*) FROM t a JOIN t b USING (id, a) WHERE a.tenant = 'acme'"
                     " AND b.tenant = 'template'"),
            "1500");
}

TEST_F(PostgresWriterTest, AfterARejectedBatchNothingGoesOnAsIfItWereThere) {
  app_.Must("ALTER TABLE t ADD CHECK (tenant <> 'acme' OR id <> 5)");
  ASSERT_TRUE(Write(pages_[0]).ok());
  ASSERT_TRUE(Write(pages_[1]).ok());
  const absl::Status rejected = writer_->Sync();
  EXPECT_TRUE(absl::IsInvalidArgument(rejected)) << rejected;
  EXPECT_EQ(Write(pages_[2]), rejected);
  EXPECT_EQ(writer_->SaveCursor(kToken, "c"), rejected);
  EXPECT_EQ(Count(), 0);
  app_.Must("ALTER TABLE t DROP CONSTRAINT t_check");
  writer_ = Open(connection_, "acme");
  ASSERT_TRUE(Write(pages_[0]).ok());
  EXPECT_TRUE(writer_->Sync().ok());
}

TEST_F(PostgresWriterTest, APageTwiceInOneBatchIsThereOnce) {
  for (const size_t i : {0, 1, 0, 2, 1})
    ASSERT_TRUE(Write(pages_[i]).ok());
  ASSERT_TRUE(writer_->Sync().ok());
  EXPECT_EQ(Count(), pages_[0].record_count + pages_[1].record_count + pages_[2].record_count);
  EXPECT_EQ(writer_->GetControl()->cursor, pages_[1].last_key);
}

TEST_F(PostgresWriterTest, ABatchOfAFencedExecutionLeavesNothing) {
  ASSERT_TRUE(Write(pages_[0]).ok());
  ASSERT_TRUE(writer_->Sync().ok());
  const Page& second = pages_[1];
  ASSERT_TRUE(Open(connection_, "acme")->RaiseFence({1, 2, 7}).ok());
  absl::Status status = Write(second);
  if (status.ok()) status = writer_->Sync();
  EXPECT_TRUE(absl::IsAborted(status)) << status;
  EXPECT_EQ(Count(), pages_[0].record_count);
}

// A server of its own, so that it can crash.
TEST(PostgresWriterCrashTest, AServerThatCrashesLosesTheEndAndTheWriterNotices) {
  // The log is written only when somebody asks: what is not synced is lost for sure.
  PostgresServer server({false,
                         {"wal_writer_delay=10s", "wal_writer_flush_after=1GB",
                          "bgwriter_lru_maxpages=0", "wal_buffers=64MB"}});
  AppSession(server.ConnectionString()).Must(kCreate);
  const auto writer = Open(server.ConnectionString(), "acme");
  const std::vector<Page> pages = ReadPages(*Open(server.ConnectionString(), "template"));
  ASSERT_TRUE(writer->RaiseFence(kToken).ok());
  const auto write = [&](const Page& page) {
    return writer->Write(kToken, "t", page, page.last_key);
  };
  ASSERT_TRUE(write(pages[0]).ok());
  ASSERT_TRUE(writer->Sync().ok());
  ASSERT_TRUE(write(pages[1]).ok());
  ASSERT_TRUE(writer->SaveCursor(kToken, "not synced").ok());
  server.Crash();
  server.Start();
  const auto after = Open(server.ConnectionString(), "acme");
  const std::string cursor = after->GetControl()->cursor;
  absl::Status status = write(pages[2]);
  for (int attempt = 0; absl::IsUnavailable(status) && attempt < 3; ++attempt) {
    status = write(pages[2]);
  }
  ASSERT_EQ(cursor, pages[0].last_key) << "the test's crash lost nothing";
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_NE(status.message().find("lost changes"), absl::string_view::npos) << status;
  EXPECT_EQ(writer->Sync(), status);
  ASSERT_TRUE(after->Write(kToken, "t", pages[1], "goes on").ok());
  EXPECT_TRUE(after->Sync().ok());
}

TEST(PostgresWriterCrashTest, WhatWasSyncedIsThereAfterACrash) {
  PostgresServer server({false, {"wal_writer_delay=10s"}});
  AppSession(server.ConnectionString()).Must(kCreate);
  const auto writer = Open(server.ConnectionString(), "acme");
  const std::vector<Page> pages = ReadPages(*Open(server.ConnectionString(), "template"));
  ASSERT_TRUE(writer->RaiseFence(kToken).ok());
  ASSERT_TRUE(writer->Write(kToken, "t", pages[0], "one").ok());
  ASSERT_TRUE(writer->SaveCursor(kToken, "two").ok());
  ASSERT_TRUE(writer->Sync().ok());
  server.Crash();
  server.Start();
  const auto after = Open(server.ConnectionString(), "acme");
  EXPECT_EQ(after->GetControl()->cursor, "two");
  EXPECT_EQ(
      AppSession(server.ConnectionString()).Ask("SELECT count(*) FROM t WHERE tenant = 'acme'"),
      absl::StrCat(pages[0].record_count));
}

}  // namespace
}  // namespace realm::worker
