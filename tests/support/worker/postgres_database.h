// PostgreSQL databases of the tests' shared server, and the app's sessions there.
#ifndef REALMSHIFT_TESTS_SUPPORT_WORKER_POSTGRES_DATABASE_H_
#define REALMSHIFT_TESTS_SUPPORT_WORKER_POSTGRES_DATABASE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include <libpq-fe.h>

#include "worker/connector/connector.h"
#include "worker/connector/registry.h"

namespace realm::worker {

// One session of the app. A statement that fails gives FAILED_PRECONDITION with the
// server's message alone.
class AppSession {
 public:
  explicit AppSession(const std::string& connection_string);
  ~AppSession();
  AppSession(const AppSession&) = delete;
  AppSession& operator=(const AppSession&) = delete;

  absl::Status Run(const std::string& sql);
  // The same, and the test ends if it fails.
  void Must(const std::string& sql);
  // Begins `sql`; Finish waits for it.
  void Send(const std::string& sql);
  absl::Status Finish();
  // The first column of the first row; the test ends if it fails.
  std::string Ask(const std::string& sql);
  // All rows as text, fields separated by |, NULL as ~.
  std::vector<std::string> Rows(const std::string& sql);
  absl::Status RunWith(const std::string& sql, const std::vector<std::string>& binary_values);
  PGconn* raw() { return connection_; }

 private:
  PGconn* connection_;
};

// The right to write that tests have who do not try to lose it.
inline constexpr Token kToken{1, 1, 7};

// A new database on the shared server, gone with the object.
class TestDatabase {
 public:
  TestDatabase();
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  std::string ConnectionString() const;
  // What a worker of `realm` configures for it, dataset "d", without tables.
  DatasetOptions Options(absl::string_view realm = "EU") const;

 private:
  std::string name_;
};

// The connector of tenant `tenant_key` of the dataset that `options` describe.
absl::StatusOr<std::unique_ptr<Connector>> OpenPostgres(const DatasetOptions& options,
                                                        absl::string_view tenant_key);

// Waits until the session of `app` waits for a lock; the test ends if it never does.
void WaitUntilBlocked(AppSession& app, AppSession& observer);

}  // namespace realm::worker

#endif  // REALMSHIFT_TESTS_SUPPORT_WORKER_POSTGRES_DATABASE_H_
