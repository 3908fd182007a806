// The data of `realmctl demo --postgres`: two apps in one database of each realm.
//
// "bank" is what pgbench makes, and a branch of its bank is a tenant. "notes" is a schema with what
// real ones have: composite text keys, references, NULLs and less common types.

#ifndef REALMSHIFT_COORDINATOR_CTL_POSTGRES_DEMO_DATA_H_
#define REALMSHIFT_COORDINATOR_CTL_POSTGRES_DEMO_DATA_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "realm/config/v1/config.pb.h"

namespace realm::ctl {

// The database of both apps, and the role that the workers connect as.
inline constexpr absl::string_view kDemoDatabase = "apps";
inline constexpr absl::string_view kDemoWorkerRole = "realm_worker";

// The names of the apps; each has one dataset and one transfer of the same name.
inline constexpr absl::string_view kBank = "bank";
inline constexpr absl::string_view kNotes = "notes";

// The app key that the platform knows it by: "com.example.bank".
std::string DemoAppKey(absl::string_view app);

// The app's tables, as a worker's configuration declares them.
std::vector<config::v1::Table> DemoTables(absl::string_view app);

// pgbench numbers the branches of every bank from 1; those of the second realm's are shifted.
inline constexpr int kBankShift = 1000;

// After pgbench has made the bank, with its history: what pgbench's tables lack of a key for each
// tenant. `shift` is added to the numbers of branches, and moves the other numbers along.
std::string BankSql(int shift);

// Makes the schema of notes, with so many pages for each of the sites.
std::string NotesSql(const std::vector<std::string>& sites, int pages);

// What a worker's role needs.
std::string WorkerRoleSql();

// Tries to write for a branch of the bank as its app would, and takes it back: "accepted", or the
// server's refusal.
std::string TryWriteSql(absl::string_view branch);
inline constexpr absl::string_view kWriteAccepted = "accepted";
inline constexpr absl::string_view kWriteRefused = "realm: tenant is sealed";

// A row for each table and tenant: table, tenant, number of rows, and the SHA-256 of the text of
// its rows in the order of their keys. Uses nothing but SQL.
std::string ChecksumSql();

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_POSTGRES_DEMO_DATA_H_
