// A real PostgreSQL server of a test's own: a new cluster in a temporary folder,
// on a free port of 127.0.0.1 and a Unix socket, gone with the object and also
// when the test dies.
//
// The cluster trusts everyone on the machine as user "postgres". Run as root, the
// server runs as the system's user postgres, since it refuses root.
#ifndef REALMSHIFT_TESTS_SUPPORT_POSTGRES_SERVER_H_
#define REALMSHIFT_TESTS_SUPPORT_POSTGRES_SERVER_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace realm {

struct PostgresServerOptions {
  // Off: a crash of the machine may lose data, a crash of the server does not.
  bool has_fsync = true;
  // "name=value", as of postgresql.conf.
  std::vector<std::string> settings;
};

// Aborts the test if the server cannot be started.
//
// Thread safety: one thread at a time; it must outlive the thread that starts it.
class PostgresServer {
 public:
  explicit PostgresServer(const PostgresServerOptions& options = {});
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // One server that all tests of this process share, without fsync; databases
  // keep them apart.
  static PostgresServer& Shared();

  // A libpq connection string over TCP.
  std::string ConnectionString(absl::string_view database = "postgres") const;
  // Over the Unix socket.
  std::string SocketConnectionString(absl::string_view database = "postgres") const;

  int port() const { return port_; }
  pid_t pid() const { return pid_; }
  const std::string& folder() const { return folder_; }

  // Disconnects everyone and ends in order.
  void Stop();
  // Ends at once, as in a crash: what was not flushed is recovered from the log, if it is there.
  void Crash();
  // Starts it again on the same port, and waits until it takes connections.
  void Start();

 private:
  void End(int signal);
  bool IsReady() const;

  const PostgresServerOptions options_;
  std::string folder_;
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace realm

#endif  // REALMSHIFT_TESTS_SUPPORT_POSTGRES_SERVER_H_
