// A process that copies is killed with SIGKILL at any moment. Whatever it leaves
// behind, the target holds exactly the records up to its cursor, so that the next
// execution goes on there and ends with the same contents as the source.

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "tests/conformance/connector_fixture.h"
#include "tests/support/eventually.h"

namespace realm::worker {
namespace {

constexpr char kSourceVariable[] = "REALM_TEST_SOURCE";
constexpr char kTargetVariable[] = "REALM_TEST_TARGET";
// What the child says that it is ready on.
constexpr int kReadyDescriptor = 100;
constexpr int kRecords = 1000;
// Kills that must fall between the first and the last page.
constexpr int kKillsMin = 6;
constexpr int kRunsMax = 200;

// Options as one word for the environment of a child, and back.
std::string Place(const DatasetOptions& options) {
  return options.path.empty() ? std::string(options.connection.Reveal()) : options.path;
}

DatasetOptions OptionsOf(const std::string& kind, const char* realm, const char* place) {
  DatasetOptions options = TestStoreOptions(kind);
  options.realm = RealmId(realm);
  if (kind == "rocksdb") {
    options.path = place;
  } else {
    options.connection = Secret(place);
  }
  return options;
}

std::unique_ptr<Connector> OpenConnector(const DatasetOptions& options) {
  auto dataset = MakeDataset(options);
  REALM_CHECK_OK(dataset.status());
  auto connector = (*dataset)->Open(Scope("acme"));
  REALM_CHECK_OK(connector.status());
  return *std::move(connector);
}

// Copies from the cursor on, under the next epoch. What the child process does.
void CopyFromCursor(Connector& source, Connector& target) {
  const Control control = *target.GetControl();
  const Token token{1, control.fence.epoch + 1, 77};
  REALM_CHECK_OK(target.RaiseFence(token));
  REALM_CHECK(write(kReadyDescriptor, "r", 1) == 1);
  const std::string table = source.Tables()[0];
  auto reader = source.Read(table, {target.GetControl()->cursor, ""});
  REALM_CHECK_OK(reader.status());
  for (int written = 0;; ++written) {
    const auto page = (*reader)->Next();
    REALM_CHECK_OK(page.status());
    if (page->record_count == 0) break;
    REALM_CHECK_OK(target.Write(token, table, *page, page->last_key));
    if (written % 8 == 7) REALM_CHECK_OK(target.Sync());
  }
  REALM_CHECK_OK(target.Sync());
}

class ConnectorKillTest : public ConnectorTest {};
// Has no stores of its own: it works on its parent's.
class ConnectorKillChild : public testing::TestWithParam<std::string> {};

REALM_FOR_EVERY_KIND(ConnectorKillTest);
REALM_FOR_EVERY_KIND(ConnectorKillChild);

// Not a test: what the child process runs.
TEST_P(ConnectorKillChild, DISABLED_Copies) {
  const char* source_place = getenv(kSourceVariable);
  const char* target_place = getenv(kTargetVariable);
  if (source_place == nullptr || target_place == nullptr) return;
  const auto source = OpenConnector(OptionsOf(GetParam(), "US", source_place));
  const auto target = OpenConnector(OptionsOf(GetParam(), "EU", target_place));
  CopyFromCursor(*source, *target);
  _exit(0);
}

// A child that has raised the fence and copies from then on.
pid_t StartChild(const std::string& kind, const DatasetOptions& source,
                 const DatasetOptions& target) {
  setenv(kSourceVariable, Place(source).c_str(), 1);
  setenv(kTargetVariable, Place(target).c_str(), 1);
  const std::string filter = "--gtest_filter=Kinds/ConnectorKillChild.DISABLED_Copies/" + kind;
  std::array<int, 2> ready;
  REALM_CHECK(pipe(ready.data()) == 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ready[1], kReadyDescriptor);
    execl("/proc/self/exe", "connector_kill_child", filter.c_str(),
          "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr);
    _exit(127);
  }
  close(ready[1]);
  char byte = 0;
  REALM_CHECK(read(ready[0], &byte, 1) == 1, "the child failed");
  close(ready[0]);
  return child;
}

// Whether the child ended by itself within `life`; else it is killed.
bool EndsWithin(pid_t child, absl::Duration life) {
  int status = 0;
  if (!Eventually([&] { return waitpid(child, &status, WNOHANG) != 0; }, life)) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
  }
  REALM_CHECK(WIFSIGNALED(status) || WEXITSTATUS(status) == 0, "the child failed");
  return WIFEXITED(status);
}

// The records up to the target's cursor are there and no others are.
void ExpectAgreement(Connector& source, Connector& target) {
  const std::string cursor = target.GetControl()->cursor;
  const std::string table = source.Tables()[0];
  if (!cursor.empty()) {
    const KeyRange done{"", cursor};
    EXPECT_EQ(target.DigestOf(table, done, kDigestKey, kRecords)->digest,
              source.DigestOf(table, done, kDigestKey, kRecords)->digest);
  }
  EXPECT_EQ(target.DigestOf(table, {cursor, ""}, kDigestKey, kRecords)->record_count, 0);
}

void StartOver(Connector& target) {
  const Token token{1, target.GetControl()->fence.epoch + 1, 5};
  REALM_CHECK_OK(target.RaiseFence(token));
  REALM_CHECK_OK(target.Erase(token, target.Tables()[0], {}, kRecords + 1, "").status());
  REALM_CHECK_OK(target.Sync());
}

TEST_P(ConnectorKillTest, CursorAndRecordsAgreeAfterEveryKill) {
  for (int i = 0; i < kRecords; ++i) {
    const std::string value(20000, static_cast<char>('a' + i % 26));
    ASSERT_TRUE(source_.store->Put("acme", absl::StrFormat("key-%04d", i), value).ok());
  }
  std::mt19937 random(20260101);
  // How long a child may live at most: found by trying, since it differs with kind and machine.
  absl::Duration life_max = absl::Milliseconds(50);
  int kills_inside = 0;
  bool is_complete = false;
  for (int run = 0; run < kRunsMax && !is_complete; ++run) {
    source_.Close();
    target_.Close();
    const pid_t child = StartChild(GetParam(), source_.store->Options(), target_.store->Options());
    const bool is_last = kills_inside >= kKillsMin;
    const bool has_ended =
        EndsWithin(child, is_last ? absl::Minutes(1) : life_max * (random() % 1000) / 1000);
    source_.Reopen();
    target_.Reopen();
    const auto source = source_.Open();
    const auto target = target_.Open();
    ExpectAgreement(*source, *target);
    ASSERT_FALSE(HasFailure()) << "in run " << run;
    is_complete = DigestAll(*source) == DigestAll(*target);
    ASSERT_TRUE(is_complete || !has_ended) << "the copy ended and is not complete";
    const bool has_begun = !target->GetControl()->cursor.empty();
    kills_inside += has_begun && !is_complete ? 1 : 0;
    life_max = has_begun ? life_max * 0.9 : life_max * 1.5;
    if (is_complete && !is_last) {
      StartOver(*target);
      is_complete = false;
    }
  }
  EXPECT_GE(kills_inside, kKillsMin);
  EXPECT_TRUE(is_complete);
  EXPECT_EQ(target_.store->Records("acme"), source_.store->Records("acme"));
}

}  // namespace
}  // namespace realm::worker
