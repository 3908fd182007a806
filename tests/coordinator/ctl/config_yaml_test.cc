#include "coordinator/ctl/config_yaml.h"

#include <gtest/gtest.h>

#include "google/protobuf/util/message_differencer.h"

#include "common/config/config.h"
#include "common/config/duration.h"
#include "coordinator/ctl/local_app.h"

namespace realm::ctl {
namespace {

using google::protobuf::util::MessageDifferencer;

// What is written must be read as the same: a system on one machine lives by it.
TEST(ConfigYamlTest, ACoordinatorsConfigurationIsReadBackAsItWas) {
  config::v1::CoordinatorConfig written = LocalConfig({"US", "EU"}, 7480, "/keys \"quoted\"");
  written.mutable_realms(1)->add_aliases("DE");
  written.mutable_apps(0)->set_switch_order(config::v1::App::BEFORE_COMMIT);
  written.mutable_apps(0)->mutable_datasets(1)->set_handling(config::v1::Dataset::MOVE);
  written.mutable_limits()->set_migrations_per_realm(5);
  ToProto(absl::Milliseconds(1500), *written.mutable_lease());
  const auto once = ParseCoordinatorConfig(ToYaml(written), "once");
  ASSERT_TRUE(once.ok()) << once.status() << ToYaml(written);
  const auto twice = ParseCoordinatorConfig(ToYaml(*once), "twice");
  ASSERT_TRUE(twice.ok()) << twice.status() << ToYaml(*once);
  EXPECT_TRUE(MessageDifferencer::Equals(*once, *twice)) << ToYaml(*once) << ToYaml(*twice);
  EXPECT_EQ(once->apps(0).connect().install_keys_folder(), "/keys \"quoted\"");
  EXPECT_EQ(once->apps(0).transfers(1).blocking(), false);
  EXPECT_EQ(FromProto(once->apps(0).purge_grace()), absl::ZeroDuration());
  EXPECT_EQ(FromProto(once->lease()), absl::Milliseconds(1500));
  EXPECT_EQ(once->realms(1).aliases(0), "DE");
}

TEST(ConfigYamlTest, AWorkersConfigurationIsReadBackAsItWas) {
  config::v1::WorkerConfig written;
  written.set_worker_id("eu-1");
  written.set_realm("EU");
  written.set_coordinator("127.0.0.1:7460");
  written.set_data_listen("127.0.0.1:7470");
  written.set_slots(2);
  written.set_ticket_public_key_file("/keys/ticket.pub.pem");
  config::v1::WorkerDataset* dataset = written.add_datasets();
  dataset->set_name("issues");
  dataset->set_connector("postgres");
  dataset->set_connection_file("/secret/connection");
  dataset->set_install_guards(false);
  for (const std::string name : {"public.issue", "public.settings"}) {
    config::v1::Table* table = dataset->add_tables();
    table->set_name(name);
    table->set_tenant_column("client_key");
    table->add_key_columns("a");
    table->add_key_columns("b: c");
  }
  const auto read = ParseWorkerConfig(ToYaml(written), "worker");
  ASSERT_TRUE(read.ok()) << read.status() << ToYaml(written);
  written.set_data_endpoint(read->data_endpoint());
  EXPECT_TRUE(MessageDifferencer::Equals(written, *read)) << read->DebugString();
}

}  // namespace
}  // namespace realm::ctl
