// What an app was told of its records, kept outside of everything that is tested.

#ifndef REALMSHIFT_TESTS_CHAOS_LEDGER_H_
#define REALMSHIFT_TESTS_CHAOS_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/chaos/app_database.h"

namespace realm::chaos {

// Of the records of one table. A record's text is nothing while it is not there.
//
// Thread safety: one thread at a time.
class Ledger {
 public:
  using Text = std::optional<std::string>;

  // What the record is, as it was told.
  Text TextOf(int64_t id) const;
  // Whether nobody was told what became of its last change. It is not to be changed again before it
  // was compared: what is not known is not built upon.
  bool IsInDoubt(int64_t id) const;
  size_t size() const { return entries_.size(); }

  // A statement that was to make the record `after` ended with `said`.
  void Note(int64_t id, const Text& after, Said said);

  // What of `rows`, each "ID|TEXT" and all that there are, is not as it was told: lost, doubled,
  // never written, or another text. Afterwards the records are what the rows say.
  std::vector<std::string> Compare(const std::vector<std::string>& rows);

 private:
  struct Entry {
    Text text;
    // It may be this instead.
    std::optional<Text> perhaps;
  };

  std::map<int64_t, Entry> entries_;
};

}  // namespace realm::chaos

#endif  // REALMSHIFT_TESTS_CHAOS_LEDGER_H_
