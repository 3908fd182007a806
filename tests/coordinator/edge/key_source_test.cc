#include "coordinator/edge/key_source.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/http/http_server.h"
#include "tests/coordinator/edge/platform.h"
#include "tests/support/temp_folder.h"

namespace realm::edge {
namespace {

using testing::ElementsAre;
using testing::Key;

// A real server with the platform's documents.
class KeyHost {
 public:
  KeyHost() {
    auto started = HttpServer::Start(
        "127.0.0.1:0", {}, [this](const HttpRequest& request, const HttpServer::Respond& respond) {
          requested_ = request.path;
          const bool key_set = request.path == "/jwks.json";
          respond({status_,
                   "text/plain",
                   {},
                   key_set ? PlatformsKey().KeySet("k1") : PlatformsKey().PublicPem()});
        });
    REALM_CHECK_OK(started.status());
    server_ = *std::move(started);
  }

  std::string Url(absl::string_view path) {
    return absl::StrCat("http://", server_->address(), path);
  }

  int status_ = 200;
  std::string requested_;
  std::unique_ptr<HttpServer> server_;
};

TEST(KeySourceTest, AKeySetInAFileIsComplete) {
  const TempFolder folder;
  const auto source = JwksFile(WriteIn(folder, "jwks.json", PlatformsKey().KeySet("k1")));
  const auto loaded = source->Load("k1");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_THAT(loaded->keys, ElementsAre(Key("k1")));
  EXPECT_TRUE(loaded->complete);
}

TEST(KeySourceTest, AMissingKeySetIsNoVerdictOnItsKeys) {
  const TempFolder folder;
  EXPECT_EQ(JwksFile(folder.path("none"))->Load("k1").status().code(),
            absl::StatusCode::kUnavailable);
}

TEST(KeySourceTest, AKeyInAFolderIsFoundByItsId) {
  const TempFolder folder;
  WriteIn(folder, "0a1b-2c.pem", PlatformsKey().PublicPem());
  const auto source = PemFolder(folder.path());
  const auto loaded = source->Load("0a1b-2c");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_THAT(loaded->keys, ElementsAre(Key("0a1b-2c")));
  EXPECT_FALSE(loaded->complete);
  EXPECT_EQ(source->Load("other").status().code(), absl::StatusCode::kNotFound);
}

// The id comes from a token that nobody has verified yet.
TEST(KeySourceTest, AnIdThatIsNoPlainNameReachesNeitherDiskNorNetwork) {
  const TempFolder folder;
  std::filesystem::create_directory(folder.path("keys"));
  WriteIn(folder, "outside.pem", PlatformsKey().PublicPem());
  KeyHost host;
  for (const std::string& id :
       {std::string("../outside"), std::string("a/b"), std::string(""), std::string("a.b"),
        std::string("a?b"), std::string("a%2fb"), std::string("a\0b", 3), std::string(129, 'a')}) {
    EXPECT_FALSE(IsPlainKeyId(id));
    EXPECT_EQ(PemFolder(folder.path("keys"))->Load(id).status().code(),
              absl::StatusCode::kNotFound);
    EXPECT_EQ(PemUrl(host.Url("/keys"))->Load(id).status().code(), absl::StatusCode::kNotFound);
  }
  EXPECT_EQ(host.requested_, "");
}

TEST(KeySourceTest, AKeyIsFetchedByItsId) {
  KeyHost host;
  const auto source = PemUrl(host.Url("/keys/"));
  const auto loaded = source->Load("0a1b-2c");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(host.requested_, "/keys/0a1b-2c");
  host.status_ = 404;
  EXPECT_EQ(source->Load("other").status().code(), absl::StatusCode::kNotFound);
  host.status_ = 500;
  EXPECT_EQ(source->Load("other").status().code(), absl::StatusCode::kUnavailable);
}

TEST(KeySourceTest, TheCopyOfAKeySetServesWhileItsHostIsAway) {
  const TempFolder folder;
  KeyHost host;
  const auto source = JwksUrl(host.Url("/jwks.json"), folder.path("copy"));
  host.status_ = 503;
  EXPECT_EQ(source->Load("k1").status().code(), absl::StatusCode::kUnavailable);
  host.status_ = 200;
  ASSERT_TRUE(source->Load("k1").ok());
  host.status_ = 503;
  // Another process, as after a restart.
  const auto loaded = JwksUrl(host.Url("/jwks.json"), folder.path("copy"))->Load("k1");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_TRUE(loaded->from_copy);
  EXPECT_THAT(loaded->keys, ElementsAre(Key("k1")));
}

}  // namespace
}  // namespace realm::edge
