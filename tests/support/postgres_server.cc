#include "tests/support/postgres_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "common/check.h"
#include "tests/support/eventually.h"

namespace realm {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kStartPatience = absl::Seconds(60);
// Below the ports that the kernel gives to connections, so that none takes the server's while it
// is down.
constexpr int kFirstPort = 20000;
constexpr int kPortCount = 10000;

// The user that the server runs as.
struct Account {
  uid_t uid = getuid();
  gid_t gid = getgid();
};

Account ServerAccount() {
  Account account;
  if (account.uid != 0) return account;
  const passwd* entry = getpwnam("postgres");
  REALM_CHECK(entry != nullptr, "tests as root need the system user postgres");
  account.uid = entry->pw_uid;
  account.gid = entry->pw_gid;
  return account;
}

// The newest version's programs, or those of REALM_POSTGRES_BIN.
std::string ProgramsFolder() {
  const char* chosen = getenv("REALM_POSTGRES_BIN");
  if (chosen != nullptr) return chosen;
  std::string newest;
  int newest_version = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const int version = atoi(entry.path().filename().c_str());
    if (version > newest_version && fs::exists(entry.path() / "bin/postgres")) {
      newest_version = version;
      newest = (entry.path() / "bin").string();
    }
  }
  REALM_CHECK(!newest.empty(), "tests of postgres need the package postgresql");
  return newest;
}

// Starts a program as the server's user; its output goes to `log`.
pid_t Spawn(const std::vector<std::string>& command, const std::string& log) {
  const Account account = ServerAccount();
  const pid_t parent = getpid();
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& each : command)
    arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  const pid_t pid = fork();
  REALM_CHECK(pid >= 0);
  if (pid > 0) return pid;
  // Nothing below may allocate: another thread may have held the lock at the fork.
  const bool is_other_user = getuid() != account.uid;
  if (is_other_user &&
      (setgroups(0, nullptr) != 0 || setgid(account.gid) != 0 || setuid(account.uid) != 0)) {
    _exit(126);
  }
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (getppid() != parent) _exit(126);
  const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0 || dup2(file, 1) < 0 || dup2(file, 2) < 0 || chdir("/") != 0) _exit(126);
  execv(arguments[0], arguments.data());
  _exit(127);
}

void RunToEnd(const std::vector<std::string>& command, const std::string& log) {
  int status = 0;
  REALM_CHECK(waitpid(Spawn(command, log), &status, 0) > 0);
  REALM_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, command[0], " failed; see ", log);
}

std::string NewFolder(absl::string_view name) {
  std::string path = absl::StrCat(fs::temp_directory_path().string(), "/", name, ".XXXXXX");
  REALM_CHECK(mkdtemp(path.data()) != nullptr, path);
  const Account account = ServerAccount();
  REALM_CHECK(chown(path.c_str(), account.uid, account.gid) == 0, path);
  return path;
}

// An empty cluster that later ones are copies of: initdb takes seconds of a processor. Made by
// whoever comes first, under a lock; others wait for it.
std::string Template(const std::string& programs) {
  const Account account = ServerAccount();
  const std::string version = fs::path(programs).parent_path().filename().string();
  const std::string path = absl::StrCat(fs::temp_directory_path().string(),
                                        "/realm-postgres-template-", version, "-", account.uid);
  const int lock = open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  REALM_CHECK(lock >= 0 && flock(lock, LOCK_EX) == 0, path);
  struct stat status {};
  if (stat(path.c_str(), &status) == 0) {
    REALM_CHECK(status.st_uid == account.uid, path, " belongs to somebody else");
  } else {
    const std::string fresh = NewFolder("realm-postgres-initdb");
    RunToEnd({programs + "/initdb", "-D", fresh + "/data", "-A", "trust", "-U", "postgres", "-E",
              "UTF8", "--locale=C", "--no-sync"},
             fresh + "/initdb.log");
    fs::rename(fresh + "/data", path);
    fs::remove_all(fresh);
  }
  close(lock);
  return path;
}

bool IsFree(int port) {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool is_free = bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(probe);
  return is_free;
}

// Tests run side by side: each begins its search elsewhere.
int FreePort() {
  static int offset = static_cast<int>(getpid()) * 7;
  for (int i = 0; i < kPortCount; ++i) {
    const int port = kFirstPort + offset++ % kPortCount;
    if (IsFree(port)) return port;
  }
  REALM_CHECK(false, "no free port");
  return 0;
}

}  // namespace

PostgresServer::PostgresServer(const PostgresServerOptions& options)
    : options_(options), folder_(NewFolder("realm-postgres")), port_(FreePort()) {
  RunToEnd({"/bin/cp", "-a", Template(ProgramsFolder()), folder_ + "/data"}, folder_ + "/cp.log");
  Start();
}

PostgresServer::~PostgresServer() {
  Crash();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

PostgresServer& PostgresServer::Shared() {
  static const auto server = std::make_unique<PostgresServer>(PostgresServerOptions{false, {}});
  return *server;
}

std::string PostgresServer::ConnectionString(absl::string_view database) const {
  return absl::StrCat("host=127.0.0.1 port=", port_, " user=postgres dbname=", database);
}

std::string PostgresServer::SocketConnectionString(absl::string_view database) const {
  return absl::StrCat("host=", folder_, " port=", port_, " user=postgres dbname=", database);
}

void PostgresServer::Start() {
  REALM_CHECK(pid_ < 0, "the server runs already");
  std::vector<std::string> command{ProgramsFolder() + "/postgres", "-D", folder_ + "/data"};
  std::vector<std::string> settings{"listen_addresses=127.0.0.1", absl::StrCat("port=", port_),
                                    "unix_socket_directories=" + folder_,
                                    options_.has_fsync ? "fsync=on" : "fsync=off",
                                    "shared_buffers=64MB"};
  settings.insert(settings.end(), options_.settings.begin(), options_.settings.end());
  for (const std::string& setting : settings) {
    command.emplace_back("-c");
    command.push_back(setting);
  }
  std::error_code ignored;
  fs::remove(folder_ + "/data/postmaster.pid", ignored);
  pid_ = Spawn(command, folder_ + "/server.log");
  const bool is_ready = Eventually(
      [this] {
        REALM_CHECK(waitpid(pid_, nullptr, WNOHANG) == 0, "the server ended; see ", folder_);
        return IsReady();
      },
      kStartPatience);
  REALM_CHECK(is_ready, "the server does not start; see ", folder_);
}

// The server writes its state into the eighth line of this file.
bool PostgresServer::IsReady() const {
  std::ifstream file(folder_ + "/data/postmaster.pid");
  std::string line;
  for (int i = 0; i < 8; ++i) {
    if (!std::getline(file, line)) return false;
  }
  return absl::StartsWith(line, "ready");
}

void PostgresServer::Stop() {
  End(SIGINT);
}

void PostgresServer::Crash() {
  End(SIGQUIT);
}

void PostgresServer::End(int signal) {
  if (pid_ < 0) return;
  kill(pid_, signal);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace realm
