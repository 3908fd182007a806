#include "coordinator/edge/fetch.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/http/http_server.h"

namespace realm::edge {
namespace {

std::unique_ptr<HttpServer> Serving(HttpServer::Serve serve) {
  return HttpServer::Start("127.0.0.1:0", {}, std::move(serve)).value();
}

TEST(FetchTest, OnlyHttpsOrLoopbackIsFetched) {
  for (const char* url : {"https://keys.example.com/a", "http://127.0.0.1:8080/a",
                          "http://localhost/a", "https://127.0.0.1/"}) {
    EXPECT_TRUE(CheckFetchUrl(url).ok()) << url;
  }
  for (const char* url :
       {"http://keys.example.com/a", "file:///etc/passwd", "ftp://127.0.0.1/", "keys.example.com",
        "http://127.0.0.1.example.com/", "http://127.0.0.1@example.com/", "gopher://127.0.0.1/",
        "https://user@example.com/", "https://example.com/#a", "",
        "http://localhost.example.com/"}) {
    EXPECT_EQ(CheckFetchUrl(url).code(), absl::StatusCode::kInvalidArgument) << url;
    EXPECT_EQ(Fetch(url).status().code(), absl::StatusCode::kInvalidArgument) << url;
  }
}

TEST(FetchTest, ReturnsTheBody) {
  const auto server = Serving([](const HttpRequest& request, const HttpServer::Respond& respond) {
    respond({200, "text/plain", {}, request.path});
  });
  EXPECT_EQ(Fetch(absl::StrCat("http://", server->address(), "/a/b")).value(), "/a/b");
}

TEST(FetchTest, ABodyAboveTheLimitIsNotTaken) {
  const auto server = Serving([](const HttpRequest&, const HttpServer::Respond& respond) {
    respond({200, "text/plain", {}, std::string(1001, 'x')});
  });
  const std::string url = absl::StrCat("http://", server->address(), "/");
  EXPECT_EQ(Fetch(url, {1000, absl::Seconds(3)}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Fetch(url, {1001, absl::Seconds(3)}).ok());
}

TEST(FetchTest, ASlowServerIsGivenUp) {
  HttpServer::Respond kept;
  const auto server = Serving(
      [&kept](const HttpRequest&, HttpServer::Respond respond) { kept = std::move(respond); });
  const auto body =
      Fetch(absl::StrCat("http://", server->address(), "/"), {1000, absl::Milliseconds(50)});
  EXPECT_EQ(body.status().code(), absl::StatusCode::kUnavailable);
}

TEST(FetchTest, NobodyListeningIsUnavailable) {
  std::string url;
  {
    const auto server = Serving([](const HttpRequest&, const HttpServer::Respond&) {});
    url = absl::StrCat("http://", server->address(), "/");
  }
  EXPECT_EQ(Fetch(url).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace realm::edge
