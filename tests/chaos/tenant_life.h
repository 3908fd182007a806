// One tenant that moves to and fro for as long as it is let, while its app writes: the platform's
// hooks over HTTP, the app's statements straight at the two databases, and a ledger of what the app
// was told, kept here and nowhere else.

#ifndef REALMSHIFT_TESTS_CHAOS_TENANT_LIFE_H_
#define REALMSHIFT_TESTS_CHAOS_TENANT_LIFE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "coordinator/ctl/platform.h"
#include "tests/chaos/tenant_records.h"

namespace realm::chaos {

struct LifeFigures {
  std::atomic<int64_t> migrations{0};
  std::atomic<int64_t> rolled_back{0};
  std::atomic<int64_t> hooks{0};
  std::atomic<int64_t> polls{0};
  std::atomic<int64_t> unanswered{0};
  RecordFigures records;
};

struct LifeOptions {
  std::string tenant;
  uint64_t seed = 0;
  int64_t first_migration = 1;
  // The tenant's place at the edge of a realm.
  std::function<ctl::Site(absl::string_view realm)> site_at;
  // Connection strings of the app's own, by realm.
  std::map<std::string, std::string> databases;
  // The storm is over: what moves then is to end, and nothing new begins.
  const std::atomic<bool>* winding_down = nullptr;
  LifeFigures* figures = nullptr;
};

// Thread safety: one thread. What was found is read after Run.
class TenantLife {
 public:
  explicit TenantLife(LifeOptions options);

  // Moves until winding down, and ends between two moves.
  void Run();

  // What broke a promise; empty if nothing did.
  const std::vector<std::string>& findings() const { return findings_; }
  const std::string& home() const { return home_; }

 private:
  void MoveOnce();
  void Commit(const std::string& target);
  void GoBack();
  // Sends it until it is answered otherwise than 503, or than 401, which an edge says whose clock
  // is wrong. Whether with 200.
  bool Send(absl::string_view hook);
  // Writes and polls until one of `words`; the word.
  std::string Await(const std::vector<std::string>& words);
  std::string Poll();
  void Write() { records_.Write(writes_at_); }
  // Whether `home` has everything and `away` nothing.
  void Compare(const std::string& home, const std::string& away);
  // Asks again and again. False only when it is still not so long after the storm: how fast
  // anything is during it shows nothing.
  bool AwaitThat(absl::FunctionRef<bool()> holds);
  bool HasPatience();
  void Find(const std::string& finding);
  int Draw(int bound) { return static_cast<int>(random_() % static_cast<uint64_t>(bound)); }

  const LifeOptions options_;
  const SystemClock clock_;
  std::mt19937_64 random_;
  ctl::Platform platform_;
  TenantRecords records_;
  std::string home_ = "US";
  std::string target_;
  // Where the app writes: where its requests arrive.
  std::string writes_at_ = "US";
  ctl::Order order_;
  int64_t moves_ = 0;
  // When this life noticed that the storm was over.
  std::optional<absl::Duration> calm_since_;
  std::vector<std::string> findings_;
};

}  // namespace realm::chaos

#endif  // REALMSHIFT_TESTS_CHAOS_TENANT_LIFE_H_
