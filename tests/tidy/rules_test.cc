// Each rule is shown what it must refuse and what it must let pass.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "tests/tidy/include_rules.h"
#include "tests/tidy/source_file.h"
#include "tests/tidy/text_rules.h"

namespace realm::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

SourceFile Including(absl::string_view path, absl::string_view quoted) {
  return {std::string(path), absl::StrCat("// A comment.\n#include \"", quoted, "\"\n")};
}

SourceFile IncludingSystem(absl::string_view path, absl::string_view name) {
  return {std::string(path), absl::StrCat("#include <", name, ">\n")};
}

SourceFile Code(absl::string_view path, absl::string_view text) {
  return {std::string(path), std::string(text)};
}

TEST(CodeOfTest, CommentsAndLiteralsAreBlankedAndLinesStay) {
  EXPECT_EQ(CodeOf("int a; // b\nc"), "int a;     \nc");
  EXPECT_EQ(CodeOf("a /* b\nc */ d"), "a     \n     d");
  EXPECT_EQ(CodeOf("f(\"x\\\"y\", 'z') g"), "f(      ,    ) g");
  EXPECT_EQ(CodeOf("R\"(a\"b)\" c"), "         c");
  EXPECT_EQ(CodeOf("1'000'000 x"), "1'000'000 x");
}

TEST(WordsOfTest, BothSpellingsAreTakenApart) {
  EXPECT_THAT(WordsOf("JobRunner"), ElementsAre("job", "runner"));
  EXPECT_THAT(WordsOf("job_runner.cc"), ElementsAre("job", "runner", "cc"));
  EXPECT_THAT(WordsOf("kHTTPPort"), ElementsAre("k", "httpport"));
}

TEST(IncludesOfTest, FindsBothKindsWithTheirLines) {
  const std::vector<Include> includes = IncludesOf(
      Code("common/a.cc", "#include \"common/a.h\"\n\n# include <string>\n//#include\n"));
  ASSERT_THAT(includes, SizeIs(2));
  EXPECT_EQ(includes[0].name, "common/a.h");
  EXPECT_EQ(includes[1].name, "string");
  EXPECT_EQ(includes[1].line, 3);
  EXPECT_TRUE(includes[1].angles);
}

TEST(ArrowsTest, BackwardIncludesAreFound) {
  EXPECT_THAT(CheckArrows(Including("coordinator/core/step.cc", "coordinator/store/store.h")),
              ElementsAre(HasSubstr("coordinator/core/step.cc:2: includes coordinator/store")));
  for (const auto& [path, name] : std::vector<std::pair<std::string, std::string>>{
           {"common/log.cc", "coordinator/core/state.h"},
           {"common/log.cc", "realm/v1/types.pb.h"},
           {"coordinator/core/step.cc", "realm/store/v1/rows.pb.h"},
           {"coordinator/core/step.cc", "tests/support/fake_clock.h"},
           {"coordinator/engine/engine.cc", "coordinator/rpc/hook_service.h"},
           {"coordinator/engine/engine.cc", "realm/v1/hooks.pb.h"},
           {"coordinator/engine/engine.cc", "common/http/server.h"},
           {"coordinator/edge/cache.cc", "coordinator/store/store.h"},
           {"coordinator/rpc/wire.cc", "worker/agent/agent.h"},
           {"worker/job/copy_job.cc", "coordinator/core/state.h"},
           {"worker/job/copy_job.cc", "worker/agent/agent.h"},
           {"worker/transform/email.cc", "realm/v1/data.pb.h"},
           {"worker/connector/registry.cc", "worker/job/job.h"},
           {"worker/job/copy_job.cc", "common/http/server.h"}}) {
    EXPECT_THAT(CheckArrows(Including(path, name)), SizeIs(1)) << path << " " << name;
  }
}

TEST(ArrowsTest, ForwardIncludesPass) {
  for (const auto& [path, name] : std::vector<std::pair<std::string, std::string>>{
           {"coordinator/core/step.cc", "coordinator/core/state.h"},
           {"coordinator/core/step.cc", "common/ids.h"},
           {"coordinator/core/step.cc", "absl/strings/str_cat.h"},
           {"coordinator/store/rows.cc", "realm/store/v1/rows.pb.h"},
           {"coordinator/rpc/wire.cc", "realm/v1/hooks.pb.h"},
           {"coordinator/edge/cache.cc", "coordinator/rpc/error_info.h"},
           {"coordinator/main.cc", "coordinator/rpc/hook_service.h"},
           {"worker/rpc/attach.cc", "worker/agent/agent.h"},
           {"tests/sim/world.cc", "worker/agent/agent.h"}}) {
    EXPECT_THAT(CheckArrows(Including(path, name)), IsEmpty()) << path << " " << name;
  }
}

TEST(ArrowsTest, AFolderNobodyThoughtOfIsFound) {
  EXPECT_THAT(CheckArrows(Code("coordinator/extra/a.cc", "")),
              ElementsAre(HasSubstr("coordinator/extra has no arrows")));
}

TEST(LibrariesTest, HeadersOutsideTheirPlaceAreFound) {
  for (const auto& [path, name] : std::vector<std::pair<std::string, std::string>>{
           {"coordinator/engine/engine.cc", "grpcpp/grpcpp.h"},
           {"common/log.cc", "grpc/support/log.h"},
           {"worker/job/copy_job.cc", "realm/v1/data.grpc.pb.h"},
           {"common/tls.h", "grpcpp/security/credentials.h"},
           {"coordinator/store/keys.cc", "rocksdb/db.h"},
           {"coordinator/store/rocksdb_store.h", "rocksdb/db.h"},
           {"common/config/config.h", "yaml-cpp/yaml.h"},
           {"coordinator/core/audit.cc", "nlohmann/json.hpp"},
           {"coordinator/edge/token.h", "nlohmann/json.hpp"},
           {"coordinator/edge/server.cc", "boost/beast/core.hpp"},
           {"worker/job/copy_job.cc", "libpq-fe.h"},
           {"worker/connector/registry.cc", "google/protobuf/message.h"},
           {"coordinator/engine/engine.cc", "prometheus/counter.h"}}) {
    EXPECT_THAT(CheckLibraries(IncludingSystem(path, name)), SizeIs(1)) << path << " " << name;
    EXPECT_THAT(CheckLibraries(Including(path, name)), SizeIs(1)) << path << " " << name;
  }
}

TEST(LibrariesTest, HeadersInTheirPlacePass) {
  for (const auto& [path, name] : std::vector<std::pair<std::string, std::string>>{
           {"common/tls.cc", "grpcpp/security/credentials.h"},
           {"coordinator/rpc/hook_service.h", "grpcpp/grpcpp.h"},
           {"coordinator/store/rocksdb_store.cc", "rocksdb/db.h"},
           {"worker/connector/rocksdb_connector.cc", "rocksdb/db.h"},
           {"worker/connector/postgres_connector.cc", "libpq-fe.h"},
           {"common/config/config.cc", "yaml-cpp/yaml.h"}}) {
    EXPECT_THAT(CheckLibraries(IncludingSystem(path, name)), IsEmpty()) << path << " " << name;
  }
}

TEST(CoreTest, ClocksThreadsChanceAndFilesAreFound) {
  for (const absl::string_view name :
       {"thread", "chrono", "random", "fstream", "unistd.h", "sys/stat.h"}) {
    EXPECT_THAT(CheckCoreIsPure(IncludingSystem("coordinator/core/step.cc", name)), SizeIs(1))
        << name;
  }
  for (const absl::string_view name : {"common/clock.h", "common/log.h", "absl/time/clock.h",
                                       "absl/synchronization/mutex.h", "absl/random/random.h"}) {
    EXPECT_THAT(CheckCoreIsPure(Including("coordinator/core/step.cc", name)), SizeIs(1)) << name;
  }
  EXPECT_THAT(CheckCoreIsPure(IncludingSystem("coordinator/core/step.cc", "vector")), IsEmpty());
  EXPECT_THAT(CheckCoreIsPure(Including("coordinator/core/step.cc", "absl/time/time.h")),
              IsEmpty());
  EXPECT_THAT(CheckCoreIsPure(IncludingSystem("worker/agent/agent.cc", "thread")), IsEmpty());
}

TEST(LengthTest, TheStopIsForTheLineAfterIt) {
  EXPECT_THAT(CheckLength(Code("common/a.cc", std::string(400, '\n'))), IsEmpty());
  EXPECT_THAT(CheckLength(Code("common/a.cc", std::string(401, '\n'))), SizeIs(1));
  EXPECT_THAT(CheckLength(Code("tests/a_test.cc", std::string(600, '\n'))), IsEmpty());
  EXPECT_THAT(CheckLength(Code("tests/a_test.cc", std::string(601, '\n'))), SizeIs(1));
}

TEST(WordsTest, EmptyWordsAreFoundInFilesAndTypes) {
  EXPECT_THAT(CheckWords(Code("common/string_util.cc", "")), SizeIs(1));
  EXPECT_THAT(CheckWords(Code("worker/job/job_manager_test.cc", "")), SizeIs(1));
  EXPECT_THAT(CheckWords(Code("a.h", "\nclass JobManager {")),
              ElementsAre(HasSubstr("a.h:2: \"manager\" in JobManager")));
  EXPECT_THAT(CheckWords(Code("a.h", "struct RequestContext final : Base {")), SizeIs(1));
  EXPECT_THAT(CheckWords(Code("a.h", "enum class TaskState\n{")), SizeIs(1));
}

TEST(WordsTest, NamesThatOthersGavePass) {
  EXPECT_THAT(CheckWords(Code("coordinator/rpc/error_info.cc", "struct ErrorInfo {")), IsEmpty());
  EXPECT_THAT(CheckWords(Code("a.h", "class AuthContext;\ngrpc::ServerContext context;")),
              IsEmpty());
  EXPECT_THAT(CheckWords(Code("a.h", "// class JobManager {\n")), IsEmpty());
}

TEST(WordsTest, OtherNamesForTheTwoSidesAndForRealmAreFound) {
  for (const absl::string_view code : {"int src;", "Copy(dst_realm);", "int page_dest = 1;",
                                       "Region r;", "int region_count;", "x.src_"}) {
    EXPECT_THAT(CheckWords(Code("a.cc", code)), SizeIs(1)) << code;
  }
  for (const absl::string_view code :
       {"int source;", "int destiny;", "// region", "f(\"src\");", "app.region_base_urls();"}) {
    EXPECT_THAT(CheckWords(Code("a.cc", code)), IsEmpty()) << code;
  }
}

TEST(ClocksTest, TimeAndChanceFromElsewhereAreFound) {
  for (const absl::string_view code :
       {"std::chrono::system_clock::now();", "absl::Now();", "x = time(nullptr);",
        "clock_gettime(CLOCK_REALTIME, &t);", "rand();", "std::random_device d;",
        "absl::BitGen gen;", "RAND_bytes(a, 1);"}) {
    EXPECT_THAT(CheckClocks(Code("worker/agent/agent.cc", code)), SizeIs(1)) << code;
  }
  EXPECT_THAT(CheckClocks(Code("common/clock.cc", "absl::Now();")), IsEmpty());
  EXPECT_THAT(CheckClocks(Code("common/random.cc", "RAND_bytes(a, 1);")), IsEmpty());
  EXPECT_THAT(CheckClocks(Code("a.cc", "clock.Now(); steady_clock::now(); strand(1);")), IsEmpty());
}

TEST(ClocksTest, SleepingTestsAreFound) {
  for (const absl::string_view code :
       {"absl::SleepFor(absl::Seconds(1));", " sleep(1);", "std::this_thread::sleep_for(x);"}) {
    EXPECT_THAT(CheckClocks(Code("tests/e2e/kill_test.cc", code)), SizeIs(1)) << code;
    EXPECT_THAT(CheckClocks(Code("tests/support/eventually.cc", code)), IsEmpty()) << code;
  }
}

TEST(FormTest, WhatTheHouseDoesNotDoIsFound) {
  EXPECT_THAT(CheckForm(Code("a.cc", "using namespace std;")), SizeIs(1));
  EXPECT_THAT(CheckForm(Code("a.cc", "throw 1;")), SizeIs(1));
  EXPECT_THAT(CheckForm(Code("common/config/yaml.cc", "throw 1;")), IsEmpty());
  const std::string guard = "#ifndef REALMSHIFT_COMMON_A_B_H_\n#define REALMSHIFT_COMMON_A_B_H_\n";
  EXPECT_THAT(CheckForm(Code("common/a_b.h", guard)), IsEmpty());
  EXPECT_THAT(CheckForm(Code("common/other.h", guard)), SizeIs(1));
  EXPECT_THAT(CheckForm(Code("common/a_b.h", guard + "void F(std::string_view);")), SizeIs(1));
}

TEST(TopLevelTest, OnlyTheHousesNamesPass) {
  EXPECT_THAT(CheckTopLevel({"README.md", "dev", ".ci", ".git", "build", "build-asan", "common"}),
              IsEmpty());
  EXPECT_THAT(CheckTopLevel({"scripts", "builder"}), SizeIs(2));
}

TEST(DecisionsTest, AnUnlinkedPageIsFound) {
  EXPECT_THAT(CheckDecisionsAreLinked({"one.md", "two.md"}, "see [one](adr/one.md)"),
              ElementsAre(HasSubstr("docs/adr/two.md")));
}

}  // namespace
}  // namespace realm::tidy
