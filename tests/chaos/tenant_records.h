// One tenant's records in the databases of two realms: the app that writes them wherever its
// requests arrive, and the comparison with what it was told.

#ifndef REALMSHIFT_TESTS_CHAOS_TENANT_RECORDS_H_
#define REALMSHIFT_TESTS_CHAOS_TENANT_RECORDS_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/chaos/app_database.h"
#include "tests/chaos/ledger.h"

namespace realm::chaos {

struct RecordFigures {
  // Statements of the app, by how they ended.
  std::atomic<int64_t> written{0};
  std::atomic<int64_t> refused{0};
  std::atomic<int64_t> unknown{0};
  // Records compared with the ledger, each by itself, and with a checksum of all.
  std::atomic<int64_t> compared{0};
  std::atomic<int64_t> checksummed{0};
};

// In the tables of the e2e tests' stores. Thread safety: one thread at a time.
class TenantRecords {
 public:
  // `databases`: connection strings of the app's own, by realm. `figures` must outlive this.
  TenantRecords(std::string tenant, const std::map<std::string, std::string>& databases,
                uint64_t seed, RecordFigures* figures);

  // Notes what `home` holds before anything moves. False: it could not be asked.
  bool Remember(const std::string& home);

  // One statement of the app: a new record, another text of one that is there, or its end.
  void Write(const std::string& realm);

  // What is wrong if `home` is to have everything and `away` nothing; empty if all is right.
  // Nothing: one of them could not be asked.
  std::optional<std::vector<std::string>> Compare(const std::string& home, const std::string& away);

 private:
  std::optional<std::string> SeededPart(const std::string& realm);
  std::optional<std::vector<std::string>> LeftIn(const std::string& realm);
  int Draw(int bound) { return static_cast<int>(random_() % static_cast<uint64_t>(bound)); }

  const std::string tenant_;
  RecordFigures* const figures_;
  std::mt19937_64 random_;
  std::map<std::string, std::unique_ptr<AppDatabase>> databases_;
  Ledger ledger_;
  int64_t next_id_ = 0;
  int64_t next_text_ = 0;
  std::string seeded_;
};

}  // namespace realm::chaos

#endif  // REALMSHIFT_TESTS_CHAOS_TENANT_RECORDS_H_
