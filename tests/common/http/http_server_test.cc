#include "common/http/http_server.h"

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/support/raw_client.h"

namespace realm {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

HttpResponse Echo(const HttpRequest& request) {
  return {200,
          "text/plain",
          {},
          absl::StrCat(request.method, " ", request.path, "?", request.query, " ", request.body)};
}

HttpResponse Refusal(int status) {
  return {status, "text/plain", {}, absl::StrCat("refused ", status)};
}

void ServeEcho(const HttpRequest& request, const HttpServer::Respond& respond) {
  respond(Echo(request));
}

std::unique_ptr<HttpServer> StartWith(HttpLimits limits, HttpServer::Serve serve = ServeEcho) {
  auto server = HttpServer::Start("127.0.0.1:0", limits, std::move(serve), Refusal);
  EXPECT_TRUE(server.ok()) << server.status();
  return *std::move(server);
}

std::string Get(absl::string_view target) {
  return absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: h\r\n\r\n");
}

std::string Post(absl::string_view target, absl::string_view body) {
  return absl::StrCat("POST ", target, " HTTP/1.1\r\nHost: h\r\nContent-Length: ", body.size(),
                      "\r\n\r\n", body);
}

TEST(HttpServerTest, ServesSeveralRequestsOnOneConnection) {
  const auto server = StartWith({});
  RawClient client(server->address());
  EXPECT_THAT(client.Exchange(Get("/a%20b?x=1&y=%26")), HasSubstr("\r\n\r\nGET /a%20b?x=1&y=%26 "));
  EXPECT_THAT(client.Exchange(Post("/b", "body")), HasSubstr("POST /b? body"));
  client.Send(Get("/1") + Get("/2"));
  EXPECT_THAT(client.ReadResponse(), HasSubstr("GET /1?"));
  EXPECT_THAT(client.ReadResponse(), HasSubstr("GET /2?"));
}

TEST(HttpServerTest, AHeaderThatComesTwiceHasNoValue) {
  HttpRequest request;
  request.headers = {{"Host", "a"}, {"Authorization", "x"}, {"authorization", "y"}};
  EXPECT_EQ(request.Header("host"), "a");
  EXPECT_EQ(request.Header("Authorization"), std::nullopt);
  EXPECT_EQ(request.Header("missing"), std::nullopt);
}

TEST(HttpServerTest, ABodyAboveTheLimitIsRefusedAndTheRefusalArrives) {
  HttpLimits limits;
  limits.body_bytes_max = 1000;
  const auto server = StartWith(limits);
  RawClient client(server->address());
  EXPECT_THAT(client.Exchange(Post("/", std::string(1000, 'x'))), StartsWith("HTTP/1.1 200"));
  const std::string answer = client.Exchange(Post("/", std::string(500000, 'x')));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(answer, HasSubstr("refused 413"));
  EXPECT_TRUE(client.IsClosed());
}

TEST(HttpServerTest, AChunkedBodyIsBoundedToo) {
  HttpLimits limits;
  limits.body_bytes_max = 1000;
  const auto server = StartWith(limits);
  RawClient client(server->address());
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_THAT(client.Exchange(head + "4\r\nabcd\r\n0\r\n\r\n"), HasSubstr("POST /? abcd"));
  const std::string chunk = absl::StrCat("200\r\n", std::string(512, 'x'), "\r\n");
  EXPECT_THAT(client.Exchange(head + chunk + chunk + chunk), StartsWith("HTTP/1.1 413"));
}

TEST(HttpServerTest, HeadersAboveTheLimitAreRefused) {
  const auto server = StartWith({});
  RawClient client(server->address());
  const std::string answer = client.Exchange(
      absl::StrCat("GET / HTTP/1.1\r\nHost: h\r\nX: ", std::string(20000, 'x'), "\r\n\r\n"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 431"));
}

TEST(HttpServerTest, WhatIsNoPlainRequestIsRefused) {
  const auto server = StartWith({});
  for (const std::string& request :
       {std::string("nonsense\r\n\r\n"), Get("http://h/a"), Get("*"), Get("/a#b"),
        std::string("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n"),
        std::string("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: "
                    "chunked\r\n\r\n0\r\n\r\n"),
        std::string("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n"
                    "abcde")}) {
    RawClient client(server->address());
    EXPECT_THAT(client.Exchange(request), StartsWith("HTTP/1.1 400")) << request;
  }
}

TEST(HttpServerTest, AClientThatTricklesIsCutOff) {
  HttpLimits limits;
  limits.read_timeout = absl::Milliseconds(100);
  const auto server = StartWith(limits);
  RawClient client(server->address());
  client.Send("GET / HTTP/1.1\r\nHo");
  EXPECT_TRUE(client.IsClosed());
}

TEST(HttpServerTest, AnIdleConnectionIsClosed) {
  HttpLimits limits;
  limits.idle_timeout = absl::Milliseconds(100);
  const auto server = StartWith(limits);
  RawClient client(server->address());
  EXPECT_THAT(client.Exchange(Get("/")), StartsWith("HTTP/1.1 200"));
  EXPECT_TRUE(client.IsClosed());
}

TEST(HttpServerTest, ConnectionsAboveTheLimitAreClosed) {
  HttpLimits limits;
  limits.connections_max = 1;
  const auto server = StartWith(limits);
  RawClient first(server->address());
  EXPECT_THAT(first.Exchange(Get("/")), StartsWith("HTTP/1.1 200"));
  RawClient second(server->address());
  EXPECT_TRUE(second.IsClosed());
  EXPECT_THAT(first.Exchange(Get("/")), StartsWith("HTTP/1.1 200"));
}

TEST(HttpServerTest, ExpectContinueIsAnswered) {
  const auto server = StartWith({});
  RawClient client(server->address());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 100"));
  EXPECT_THAT(client.Exchange("ok"), HasSubstr("POST /? ok"));
}

TEST(HttpServerTest, NeverRedirects) {
  const auto server = StartWith({}, [](const HttpRequest&, const HttpServer::Respond& respond) {
    respond({302, "text/plain", {{"Location", "/x"}}, ""});
  });
  RawClient client(server->address());
  const std::string answer = client.Exchange(Get("/"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(answer, testing::Not(HasSubstr("Location")));
}

TEST(HttpServerTest, AnAnswerMayComeLaterFromAnotherThreadButOnlyOnce) {
  std::thread late;
  const auto server =
      StartWith({}, [&late](const HttpRequest& request, HttpServer::Respond respond) {
        if (request.path == "/now") return ServeEcho(request, respond);
        late = std::thread([respond] {
          respond({200, "text/plain", {}, "first"});
          respond({200, "text/plain", {}, "second"});
        });
      });
  RawClient client(server->address());
  EXPECT_THAT(client.Exchange(Get("/late")), HasSubstr("first"));
  late.join();
  EXPECT_THAT(client.Exchange(Get("/now")), HasSubstr("GET /now"));
}

TEST(HttpServerTest, ARequestThatIsNeverAnsweredGets503AndALateAnswerIsDropped) {
  HttpLimits limits;
  limits.respond_timeout = absl::Milliseconds(50);
  HttpServer::Respond kept;
  const auto server =
      StartWith(limits, [&kept](const HttpRequest& request, HttpServer::Respond respond) {
        if (request.path == "/late")
          kept = std::move(respond);
        else
          respond({200, "text/plain", {}, "prompt"});
      });
  RawClient client(server->address());
  EXPECT_THAT(client.Exchange(Get("/late")), StartsWith("HTTP/1.1 503"));
  kept({200, "text/plain", {}, "late"});
  EXPECT_THAT(client.Exchange(Get("/")), HasSubstr("prompt"));
}

TEST(HttpServerTest, AnAnswerAfterTheServerIsGoneIsDropped) {
  HttpServer::Respond kept;
  absl::Notification arrived;
  auto server = StartWith({}, [&](const HttpRequest&, HttpServer::Respond respond) {
    kept = std::move(respond);
    arrived.Notify();
  });
  RawClient client(server->address());
  client.Send(Get("/"));
  arrived.WaitForNotification();
  server.reset();
  kept({200, "text/plain", {}, "late"});
  EXPECT_TRUE(client.IsClosed());
}

TEST(HttpServerTest, DrainFinishesWhatIsOpenAndTakesNothingNew) {
  HttpServer::Respond kept;
  absl::Notification arrived;
  const auto server = StartWith({}, [&](const HttpRequest&, HttpServer::Respond respond) {
    kept = std::move(respond);
    arrived.Notify();
  });
  RawClient idle(server->address());
  RawClient busy(server->address());
  busy.Send(Get("/"));
  arrived.WaitForNotification();
  std::thread drain([&server] { server->Drain(absl::Seconds(10)); });
  EXPECT_TRUE(idle.IsClosed());
  kept({200, "text/plain", {}, "finished"});
  EXPECT_THAT(busy.ReadResponse(), HasSubstr("finished"));
  EXPECT_TRUE(busy.IsClosed());
  drain.join();
  RawClient late(server->address());
  EXPECT_TRUE(!late.connected() || late.IsClosed());
}

TEST(HttpServerTest, AHeadRequestGetsNoBody) {
  const auto server = StartWith({});
  RawClient client(server->address());
  client.Send("HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), testing::EndsWith("\r\n\r\n"));
}

TEST(HttpServerTest, ABadAddressIsNamed) {
  for (const char* address : {"", "127.0.0.1", "example.com:80", "127.0.0.1:99999", ":80"}) {
    const auto server = HttpServer::Start(address, {}, ServeEcho);
    ASSERT_FALSE(server.ok()) << address;
    EXPECT_EQ(server.status().code(), absl::StatusCode::kInvalidArgument) << address;
  }
  const auto first = StartWith({});
  const auto second = HttpServer::Start(first->address(), {}, ServeEcho);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable) << second.status();
}

}  // namespace
}  // namespace realm
