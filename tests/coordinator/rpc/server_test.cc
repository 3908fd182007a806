#include "coordinator/rpc/server.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>

#include "absl/time/time.h"

#include "common/clock.h"
#include "coordinator/store/memory_store.h"
#include "tests/support/coordinator/builders.h"

namespace realm::coordinator {
namespace {

// What a server on loopback answers to a call of the reflection service that asks nothing.
grpc::StatusCode AnswerOfReflection(bool reflection) {
  MemoryStore store;
  SystemClock clock;
  const auto engine = Engine::Open(&store, SmallPolicy(), &clock,
                                   EngineOptions{absl::Seconds(15), absl::Seconds(2)});
  EXPECT_TRUE(engine.ok());
  const SigningKey key = SigningKey::Generate();
  ServerOptions options;
  options.address = "127.0.0.1:0";
  options.reflection = reflection;
  const auto server = Server::Start(engine->get(), &key, options);
  EXPECT_TRUE(server.ok()) << server.status();

  grpc::GenericStub stub(
      grpc::CreateChannel((*server)->address(), grpc::InsecureChannelCredentials()));
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(clock.Now() + absl::Seconds(30)));
  const auto call = stub.PrepareCall(
      &context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  void* tag = nullptr;
  bool ok = false;
  const auto await = [&] { EXPECT_TRUE(queue.Next(&tag, &ok)); };
  call->StartCall(nullptr);
  await();
  call->WritesDone(nullptr);
  await();
  grpc::Status status;
  call->Finish(&status, nullptr);
  await();
  return status.error_code();
}

TEST(ServerTest, ReflectionIsServedOnRequestOnly) {
  EXPECT_EQ(AnswerOfReflection(false), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(AnswerOfReflection(true), grpc::StatusCode::OK);
}

}  // namespace
}  // namespace realm::coordinator
