// The app's session in one realm's database, as an app has it: what it was told is all it knows.

#ifndef REALMSHIFT_TESTS_CHAOS_APP_DATABASE_H_
#define REALMSHIFT_TESTS_CHAOS_APP_DATABASE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <libpq-fe.h>

namespace realm::chaos {

// How a statement ended. Unknown: the connection went with it.
enum class Said { kDone, kRefused, kUnknown };

// Connected again when it is lost. Thread safety: one thread at a time.
class AppDatabase {
 public:
  explicit AppDatabase(std::string connection) : connection_string_(std::move(connection)) {}
  ~AppDatabase() { PQfinish(connection_); }
  AppDatabase(const AppDatabase&) = delete;
  AppDatabase& operator=(const AppDatabase&) = delete;

  // A statement that touches no row counts as refused.
  Said Run(const std::string& sql);
  // The rows' fields, joined by |; nothing when the server could not be asked.
  std::optional<std::vector<std::string>> Rows(const std::string& sql);

 private:
  bool Connect();

  const std::string connection_string_;
  PGconn* connection_ = nullptr;
};

}  // namespace realm::chaos

#endif  // REALMSHIFT_TESTS_CHAOS_APP_DATABASE_H_
