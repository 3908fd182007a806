// What store.h promises, of every kind of store.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/check.h"
#include "common/digest.h"
#include "coordinator/store/memory_store.h"
#include "coordinator/store/rocksdb_store.h"
#include "coordinator/store/store.h"
#include "tests/support/coordinator/numbered_batches.h"
#include "tests/support/temp_folder.h"

namespace realm::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Opens a store of one kind, again and again on what the last one left.
using Opener = std::function<std::unique_ptr<Store>()>;

struct Kind {
  std::string name;
  std::function<Opener(const std::string& folder)> on;
};

Kind MemoryKind() {
  return {"memory", [](const std::string&) -> Opener {
            auto disk = std::make_shared<MemoryDisk>();
            return [disk] { return std::make_unique<MemoryStore>(disk); };
          }};
}

Kind RocksdbKind() {
  return {"rocksdb", [](const std::string& folder) -> Opener {
            return [folder] {
              RocksdbStoreOptions options;
              options.folder = folder;
              auto store = OpenRocksdbStore(options);
              REALM_CHECK_OK(store.status());
              return *std::move(store);
            };
          }};
}

class StoreConformanceTest : public testing::TestWithParam<Kind> {
 protected:
  StoreConformanceTest() : open_(GetParam().on(folder_.path("store"))), store_(open_()) {}

  void Reopen() {
    store_.reset();
    store_ = open_();
  }

  absl::Status Apply(std::vector<Write> writes) {
    Batch batch;
    batch.writes = std::move(writes);
    batch.audit_sequence = ++audit_sequence_;
    batch.chain_head = Sha256(std::to_string(audit_sequence_));
    return store_->Apply(batch);
  }

  std::vector<std::string> Keys(absl::string_view prefix, absl::string_view after = "",
                                int limit = 100) {
    std::vector<std::string> keys;
    const auto rows = store_->Scan(prefix, after, limit);
    EXPECT_TRUE(rows.ok()) << rows.status();
    for (const Row& row : *rows)
      keys.push_back(row.key);
    return keys;
  }

  // Empty: there is no row.
  std::string ValueOf(absl::string_view key) {
    const auto row = store_->Get(key);
    EXPECT_TRUE(row.ok()) << row.status();
    return row->has_value() ? (*row)->value : "";
  }

  TempFolder folder_;
  Opener open_;
  std::unique_ptr<Store> store_;
  uint64_t audit_sequence_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Kinds, StoreConformanceTest, testing::Values(MemoryKind(), RocksdbKind()),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(StoreConformanceTest, ANewStoreIsEmptyAndOfTheFirstGeneration) {
  const StoreState info = store_->Info();
  EXPECT_EQ(info.generation, 1u);
  EXPECT_EQ(info.incarnation, 1u);
  EXPECT_EQ(info.audit_sequence, 0u);
  EXPECT_EQ(info.chain_head, "");
  EXPECT_THAT(info.description, testing::StartsWith(GetParam().name));
  EXPECT_THAT(Keys(""), IsEmpty());
  EXPECT_FALSE(store_->Get("a")->has_value());
}

TEST_P(StoreConformanceTest, VersionsGrowByOneWithEachWrite) {
  ASSERT_TRUE(Apply({{"a", "one", 0}}).ok());
  EXPECT_EQ((*store_->Get("a"))->version, 1u);
  ASSERT_TRUE(Apply({{"a", "two", 1}}).ok());
  EXPECT_EQ((*store_->Get("a"))->version, 2u);
  EXPECT_EQ((*store_->Get("a"))->value, "two");
  EXPECT_EQ((*store_->Get("a"))->key, "a");
}

TEST_P(StoreConformanceTest, ADeletedRowIsGoneAndBeginsAgain) {
  ASSERT_TRUE(Apply({{"a", "one", 0}}).ok());
  ASSERT_TRUE(Apply({{"a", "two", 1}, {"b", "three", 0}}).ok());
  ASSERT_TRUE(Apply({{"a", std::nullopt, 2}}).ok());
  EXPECT_FALSE(store_->Get("a")->has_value());
  EXPECT_THAT(Keys(""), ElementsAre("b"));
  ASSERT_TRUE(Apply({{"a", "four", 0}}).ok());
  EXPECT_EQ((*store_->Get("a"))->version, 1u);
}

TEST_P(StoreConformanceTest, AnotherVersionThanExpectedWritesNothingOfTheBatch) {
  ASSERT_TRUE(Apply({{"a", "one", 0}, {"b", "one", 0}}).ok());
  const StoreState before = store_->Info();
  const std::vector<Write> wrong = {{"b", "two", 0},
                                    {"b", "two", 2},
                                    {"c", "two", 1},
                                    {"b", std::nullopt, 2},
                                    {"c", std::nullopt, 3}};
  for (const Write& write : wrong) {
    EXPECT_EQ(Apply({{"a", "two", 1}, {"d", "two", 0}, write}).code(), absl::StatusCode::kAborted);
    EXPECT_EQ(Apply({write, {"a", "two", 1}, {"d", "two", 0}}).code(), absl::StatusCode::kAborted);
  }
  EXPECT_EQ(ValueOf("a"), "one");
  EXPECT_EQ(ValueOf("b"), "one");
  EXPECT_THAT(Keys(""), ElementsAre("a", "b"));
  EXPECT_EQ(store_->Info().audit_sequence, before.audit_sequence);
  EXPECT_EQ(store_->Info().chain_head, before.chain_head);
  Reopen();
  EXPECT_THAT(Keys(""), ElementsAre("a", "b"));
}

TEST_P(StoreConformanceTest, ScansAreInTheOrderOfBytesAndStayUnderThePrefix) {
  std::vector<Write> writes;
  const std::string zero("a/\0", 3);
  for (const char* key :
       {"b/1", "a/2", "a/10", "a/1", "a", "a/\xff\xff", "b", "a/\x7f", "\x01", "\xff\xff"}) {
    writes.push_back({key, key, 0});
  }
  writes.push_back({zero, "zero", 0});
  ASSERT_TRUE(Apply(writes).ok());
  EXPECT_THAT(Keys("a/"), ElementsAre(zero, "a/1", "a/10", "a/2", "a/\x7f", "a/\xff\xff"));
  EXPECT_THAT(Keys("a/1"), ElementsAre("a/1", "a/10"));
  EXPECT_THAT(Keys("\xff"), ElementsAre("\xff\xff"));
  EXPECT_THAT(Keys("c"), IsEmpty());
  EXPECT_EQ(Keys("").size(), writes.size());
  EXPECT_EQ(Keys("").front(), "\x01");
}

TEST_P(StoreConformanceTest, PagesOfAScanFollowEachOther) {
  std::vector<Write> writes;
  for (int i = 0; i < 25; ++i)
    writes.push_back({"k" + std::to_string(100 + i), "v", 0});
  writes.push_back({"l", "v", 0});
  ASSERT_TRUE(Apply(writes).ok());
  std::vector<std::string> all;
  std::string after;
  while (true) {
    const std::vector<std::string> page = Keys("k", after, 10);
    all.insert(all.end(), page.begin(), page.end());
    if (page.size() < 10) break;
    after = page.back();
  }
  EXPECT_EQ(all, Keys("k"));
  EXPECT_EQ(all.size(), 25u);
  // What a page ended with may be deleted before the next.
  EXPECT_THAT(Keys("k", "k1005", 1), ElementsAre("k101"));
  EXPECT_THAT(Keys("k", "k124"), IsEmpty());
  EXPECT_THAT(Keys("k", "z"), IsEmpty());
  EXPECT_THAT(Keys("k", "a", 1), ElementsAre("k100"));
}

TEST_P(StoreConformanceTest, KeysAndValuesAreAnyBytes) {
  const std::string key("k\0\xff\n", 4);
  const std::string value("\0\xff value \0", 10);
  ASSERT_TRUE(
      Apply({{key, value, 0}, {"empty", "", 0}, {"large", std::string(1 << 20, 'x'), 0}}).ok());
  Reopen();
  EXPECT_EQ(ValueOf(key), value);
  EXPECT_TRUE(store_->Get("empty")->has_value());
  EXPECT_EQ(ValueOf("large").size(), size_t{1} << 20);
}

TEST_P(StoreConformanceTest, BatchesThatNoStoreTakesAreRefused) {
  const auto refused = [this](std::vector<Write> writes) {
    return Apply(std::move(writes)).code() == absl::StatusCode::kInvalidArgument;
  };
  EXPECT_TRUE(refused({{"", "v", 0}}));
  EXPECT_TRUE(refused({{std::string("\0k", 2), "v", 0}}));
  EXPECT_TRUE(refused({{std::string(2049, 'k'), "v", 0}}));
  EXPECT_TRUE(refused({{"k", "v", 0}, {"k", "w", 0}}));
  Batch batch = NumberedBatch(1);
  batch.chain_head = "short";
  EXPECT_EQ(store_->Apply(batch).code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(Apply({{"k", "v", 0}}).ok());
  EXPECT_EQ(store_->Apply(NumberedBatch(1)).code(), absl::StatusCode::kInvalidArgument)
      << "the audit sequence falls";
  EXPECT_THAT(Keys(""), ElementsAre("k"));
}

TEST_P(StoreConformanceTest, EverythingIsThereAfterOpeningAgain) {
  for (int opening = 1; opening <= 5; ++opening) {
    ASSERT_EQ(*StateOf(*store_), (opening - 1) * 20);
    ASSERT_TRUE(ApplyBatches(*store_, opening * 20 - 19, opening * 20).ok());
    EXPECT_EQ(store_->Info().incarnation, static_cast<uint64_t>(opening));
    EXPECT_EQ(store_->Info().generation, 1u);
    Reopen();
  }
  EXPECT_EQ(*StateOf(*store_), 100);
}

TEST_P(StoreConformanceTest, ReadersSeeWholeBatches) {
  std::thread writer([this] { EXPECT_TRUE(ApplyBatches(*store_, 1, 300).ok()); });
  size_t seen = 0;
  while (seen < 300) {
    const auto rows = store_->Scan("", "", 1000);
    ASSERT_TRUE(rows.ok());
    // One row a batch, "last" once there is one, and "toggle" after each odd batch.
    const size_t toggle = !rows->empty() && rows->back().key == "toggle" ? 1 : 0;
    const size_t last = rows->empty() ? 0 : 1;
    const size_t count = rows->size() - toggle - last;
    ASSERT_EQ(toggle, count % 2) << count;
    ASSERT_GE(count, seen);
    seen = count;
  }
  writer.join();
}

}  // namespace
}  // namespace realm::coordinator
