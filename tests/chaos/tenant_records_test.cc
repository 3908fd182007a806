// The comparison at the end of each move of a storm finds what it is there for: each defect is
// planted in real databases behind the app's back.

#include "tests/chaos/tenant_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/check.h"
#include "common/clock.h"
#include "coordinator/ctl/local_files.h"
#include "tests/e2e/tenant_stores.h"
#include "tests/support/temp_folder.h"

namespace realm::chaos {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kRecords = 60;

struct Plant {
  const char* name;
  const char* realm;
  const char* sql;
  const char* finding;
};

void PrintTo(const Plant& plant, std::ostream* out) {
  *out << plant.name;
}

class TenantRecordsTest : public testing::TestWithParam<Plant> {
 protected:
  TenantRecordsTest() {
    auto files = ctl::LocalFiles::Create(folder_.path("system"), clock_);
    REALM_CHECK_OK(files.status());
    stores_ = e2e::MakeTenantStores(e2e::StoreKind::kPostgres, *files);
    stores_->DatasetsOf("EU");
    stores_->Seed("US", "acme", kRecords);
    stores_->Seed("US", "globex", kRecords);
    for (const std::string realm : {"US", "EU"})
      databases_[realm] = stores_->ConnectionString(realm);
    records_ = std::make_unique<TenantRecords>("acme", databases_, 7, &figures_);
    REALM_CHECK(records_->Remember("US"));
    for (int i = 0; i < 100; ++i)
      records_->Write("US");
  }

  const SystemClock clock_;
  const TempFolder folder_;
  std::unique_ptr<e2e::TenantStores> stores_;
  std::map<std::string, std::string> databases_;
  RecordFigures figures_;
  std::unique_ptr<TenantRecords> records_;
};

TEST_F(TenantRecordsTest, NothingIsFoundWhereNothingIsWrong) {
  ASSERT_GT(figures_.written, 50);
  EXPECT_THAT(records_->Compare("US", "EU"), testing::Optional(IsEmpty()));
  EXPECT_GT(figures_.compared, 30);
  // Twice: to remember and to compare.
  EXPECT_EQ(figures_.checksummed, 2 * stores_->Read("US", "globex").records);
}

TEST_P(TenantRecordsTest, IsFound) {
  ASSERT_EQ(AppDatabase(databases_[GetParam().realm]).Run(GetParam().sql), Said::kDone);
  EXPECT_THAT(records_->Compare("US", "EU"),
              testing::Optional(ElementsAre(HasSubstr(GetParam().finding))));
}

TEST_F(TenantRecordsTest, AMoveThatNeverHappenedIsFound) {
  const auto wrong = records_->Compare("EU", "US");
  ASSERT_TRUE(wrong.has_value());
  EXPECT_THAT(*wrong, testing::Contains(HasSubstr("records of issues are left in US")));
  EXPECT_THAT(*wrong, testing::Contains(HasSubstr("is not there and was acknowledged as")));
}

constexpr Plant kPlants[] = {
    {"ALostRecord", "US",
     "DELETE FROM issues WHERE tenant = 'acme' AND id = (SELECT max(id) FROM issues)",
     "is not there and was acknowledged as text"},
    {"AnOlderText", "US",
     "UPDATE issues SET title = 'older' WHERE tenant = 'acme' AND id = (SELECT max(id) FROM "
     "issues)",
     "is older and was acknowledged as text"},
    {"ADoubledRecord", "US",
     "DO $$ BEGIN ALTER TABLE issues DROP CONSTRAINT issues_pkey; INSERT INTO issues SELECT * FROM "
     "issues WHERE id = (SELECT max(id) FROM issues); END $$",
     "is doubled"},
    {"ARecordThatNobodyWrote", "US",
     "INSERT INTO issues (tenant, id, title) VALUES ('acme', 2000000, 'stray')",
     "record 2000000 was never written: stray"},
    {"ALostRecordOfThoseFromBefore", "US",
     "DELETE FROM comments WHERE tenant = 'acme' AND issue = 1", "instead of"},
    {"AnotherValueOfThoseFromBefore", "US",
     "UPDATE events SET at = at + interval '1 microsecond' WHERE tenant = 'acme' AND number = 1",
     "instead of"},
    {"ARecordLeftBehind", "EU", "INSERT INTO events (tenant, number) VALUES ('acme', 1)",
     "1 records of events are left in EU"},
};
INSTANTIATE_TEST_SUITE_P(Planted, TenantRecordsTest, testing::ValuesIn(kPlants),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace realm::chaos
