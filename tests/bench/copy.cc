// The copy of one tenant between two PostgreSQL servers, beside the pipe that a person would type:
//
//   psql -c "COPY (…) TO STDOUT (FORMAT binary)" | psql -c "COPY … FROM STDIN (FORMAT binary)"
//
//   bench_copy [ROUNDS [ROWS]]
//
// Prints one line of NAME=VALUE for each round: the pipe before and after, and between them the
// copy by two realm-worker processes over gRPC: the time until every row is there, the time until
// both realms' digests are equal and durable, and what the workers' memory grew by. Ratios are of
// speeds, so larger is better.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"

#include "common/check.h"
#include "common/clock.h"
#include "common/files.h"
#include "common/signing.h"
#include "tests/support/eventually.h"
#include "tests/support/paths.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temp_folder.h"
#include "tests/worker/rpc/fake_coordinator.h"

namespace realm::worker {
namespace {

constexpr absl::string_view kTable =
    "create table items(tenant text not null, id bigint not null, kind text not null, "
    "body text not null, created timestamptz not null, primary key(tenant, id))";
constexpr absl::string_view kColumns = "tenant, id, kind, body, created";

void Shell(const std::string& command) {
  REALM_CHECK(system(command.c_str()) == 0, command);
}

std::string Psql(const PostgresServer& server, absl::string_view sql) {
  return absl::StrCat("psql -Xq -v ON_ERROR_STOP=1 '", server.ConnectionString(), "' -c \"", sql,
                      "\"");
}

// Bytes from a line of /proc/PID/status, "VmHWM:  1234 kB".
int64_t MemoryOf(pid_t pid, const std::string& name) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(name + ":", 0) != 0) continue;
    const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    int64_t kilobytes = 0;
    REALM_CHECK(absl::SimpleAtoi(words[words.size() - 2], &kilobytes), line);
    return kilobytes * 1024;
  }
  return 0;
}

// Seconds of processor time that `pid` has taken.
double ProcessorOf(pid_t pid) {
  std::ifstream stat(absl::StrCat("/proc/", pid, "/stat"));
  std::string line;
  std::getline(stat, line);
  const std::vector<std::string> fields =
      absl::StrSplit(line.substr(line.rfind(')') + 2), ' ', absl::SkipEmpty());
  double ticks = 0;
  for (const size_t field : {11, 12}) {
    double one = 0;
    REALM_CHECK(absl::SimpleAtod(fields[field], &one), line);
    ticks += one;
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// A realm-worker of its own process, in the clear on loopback.
class WorkerProgram {
 public:
  WorkerProgram(const TempFolder& folder, const std::string& name, const std::string& realm,
                const PostgresServer& server, const FakeCoordinator& coordinator) {
    const std::string secret = folder.path(name + ".connection");
    REALM_CHECK_OK(WriteFileAtomically(secret, server.ConnectionString(), 0600));
    const std::string config = folder.path(name + ".yaml");
    REALM_CHECK_OK(WriteFileAtomically(
        config,
        absl::StrCat(
            "worker_id: ", name, "\nrealm: ", realm, "\ncoordinator: ", coordinator.address(),
            "\ndata_listen: 127.0.0.1:0\n", "ticket_public_key_file: ", folder.path("ticket.pub"),
            "\ndatasets:\n- name: items\n  connector: postgres\n  connection_file: ", secret,
            "\n  tables:\n  - name: items\n    tenant_column: tenant\n", "    key_columns: [id]\n"),
        0644));
    const std::string program = ProgramFolder() + "/realm-worker";
    const std::string flag = "--config=" + config;
    pid_ = fork();
    if (pid_ == 0) {
      execl(program.c_str(), program.c_str(), flag.c_str(), "--insecure", nullptr);
      _exit(127);
    }
    REALM_CHECK(Eventually([&] { return !coordinator.LastFrame(name).data_endpoint().empty(); }));
    address_ = coordinator.LastFrame(name).data_endpoint();
    idle_ = MemoryOf(pid_, "VmRSS");
  }
  ~WorkerProgram() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  const std::string& address() const { return address_; }
  double ProcessorSeconds() const { return ProcessorOf(pid_); }
  double GrownMegabytes() const {
    return static_cast<double>(MemoryOf(pid_, "VmHWM") - idle_) / (1 << 20);
  }

 private:
  pid_t pid_ = -1;
  std::string address_;
  int64_t idle_ = 0;
};

class Bench {
 public:
  explicit Bench(int64_t rows) : rows_(rows) {
    REALM_CHECK_OK(
        WriteFileAtomically(folder_.path("ticket.pub"), key_.verifying_key().ToPem(), 0644));
    Shell(Psql(source_, kTable));
    Shell(Psql(source_,
               absl::StrCat("insert into items select 't' || g % 2, g, 'page-export', (select "
                            "string_agg(md5((g*16+k)::text),'') from generate_series(1,15) k) || "
                            "repeat('the tenant owns this exported page. ',13), '2026-01-01'::"
                            "timestamptz + g * interval '1 second' from generate_series(1,",
                            2 * rows, ") g")));
    Shell(Psql(source_, "vacuum analyze items"));
    Shell(Psql(source_, "checkpoint"));
  }

  void Round(int round) {
    const double before = Pipe();
    const Times ours = Copy(round);
    const double after = Pipe();
    const double pipe = (before + after) / 2;
    absl::PrintF(
        "round=%d rows=%d pipe_s=%.2f,%.2f filled_s=%.2f verified_s=%.2f filled_ratio=%.2f "
        "verified_ratio=%.2f source_mib=%.0f target_mib=%.0f source_cpu_s=%.2f target_cpu_s=%.2f\n",
        round, rows_, before, after, ours.filled, ours.verified, pipe / ours.filled,
        pipe / ours.verified, ours.source_megabytes, ours.target_megabytes, ours.source_processor,
        ours.target_processor);
    fflush(stdout);
  }

 private:
  struct Times {
    double filled = 0;
    double verified = 0;
    double source_megabytes = 0;
    double target_megabytes = 0;
    double source_processor = 0;
    double target_processor = 0;
  };

  double Now() const { return absl::ToDoubleSeconds(clock_.Monotonic()); }

  void ResetTarget() {
    Shell(Psql(target_, "drop schema if exists realmshift cascade"));
    Shell(Psql(target_, "drop table if exists items"));
    Shell(Psql(target_, kTable));
    Shell(Psql(target_, "checkpoint"));
  }

  double Pipe() {
    ResetTarget();
    const double begin = Now();
    Shell(absl::StrCat(Psql(source_, absl::StrCat("copy (select ", kColumns,
                                                  " from items where tenant = 't1') to stdout "
                                                  "(format binary)")),
                       " | ", Psql(target_, "copy items from stdin (format binary)")));
    return Now() - begin;
  }

  Times Copy(int round) {
    ResetTarget();
    FakeCoordinator coordinator;
    const WorkerProgram us(folder_, absl::StrCat("us-", round), "US", source_, coordinator);
    const std::string holder = absl::StrCat("eu-", round);
    const WorkerProgram eu(folder_, holder, "EU", target_, coordinator);
    Times times;
    const double begin = Now();
    coordinator.Order(holder, {Order(us.address())});
    const auto phase = [&] {
      const v1::AttachRequest frame = coordinator.LastFrame(holder);
      return frame.jobs_size() == 0 ? std::string() : frame.jobs(0).phase();
    };
    REALM_CHECK(Eventually([&] { return phase() == "verifying"; }, absl::Minutes(10)));
    times.filled = Now() - begin;
    v1::JobReport report;
    REALM_CHECK(Eventually(
        [&] {
          const v1::AttachRequest frame = coordinator.LastFrame(holder);
          if (frame.jobs_size() > 0) report = frame.jobs(0);
          return report.state() > v1::JobReport::STATE_RUNNING;
        },
        absl::Minutes(10)));
    times.verified = Now() - begin;
    REALM_CHECK(report.state() == v1::JobReport::STATE_DONE, report.error());
    REALM_CHECK(report.manifest(0).records() == rows_, report.manifest(0).records());
    times.source_megabytes = us.GrownMegabytes();
    times.target_megabytes = eu.GrownMegabytes();
    times.source_processor = us.ProcessorSeconds();
    times.target_processor = eu.ProcessorSeconds();
    return times;
  }

  v1::JobOrder Order(const std::string& source_address) {
    v1::JobOrder order;
    order.set_job_id("copy");
    order.set_kind(v1::Job::KIND_COPY);
    order.mutable_ref()->set_app_id("app");
    order.mutable_ref()->set_tenant_id("t1");
    order.mutable_ref()->set_migration_id("m1");
    order.set_generation(1);
    order.set_epoch(++epoch_);
    order.set_source_realm("US");
    order.set_target_realm("EU");
    order.add_datasets("items");
    order.set_digest_key(std::string(32, 'k'));
    v1::DataEndpoint* endpoint = order.add_source_endpoints();
    endpoint->set_address(source_address);
    endpoint->add_datasets("items");
    v1::Ticket ticket;
    *ticket.mutable_ref() = order.ref();
    ticket.set_source_realm(order.source_realm());
    ticket.set_target_realm(order.target_realm());
    ticket.add_datasets("items");
    ticket.set_digest_key(order.digest_key());
    ticket.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()) + 3600);
    v1::SignedTicket signed_ticket;
    signed_ticket.set_ticket(ticket.SerializeAsString());
    signed_ticket.set_signature(key_.Sign(signed_ticket.ticket()));
    order.set_ticket(signed_ticket.SerializeAsString());
    return order;
  }

  const int64_t rows_;
  TempFolder folder_;
  SystemClock clock_;
  const SigningKey key_ = SigningKey::Generate();
  PostgresServer source_;
  PostgresServer target_;
  uint64_t epoch_ = 0;
};

}  // namespace
}  // namespace realm::worker

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? atoi(argv[1]) : 3;
  const int64_t rows = argc > 2 ? atoll(argv[2]) : 100'000;
  realm::worker::Bench bench(rows);
  for (int round = 1; round <= rounds; ++round)
    bench.Round(round);
}
