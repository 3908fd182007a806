// Pages of key-value stores: a format byte, then for each record the key and
// the value, each after its length. Described in docs/formats/rocksdb-dataset.md.
#ifndef REALMSHIFT_WORKER_CONNECTOR_KEY_VALUE_PAGE_H_
#define REALMSHIFT_WORKER_CONNECTOR_KEY_VALUE_PAGE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "worker/connector/connector.h"

namespace realm::worker {

// Gathers records, in key order, up to about kPageBytes.
//
// Thread safety: one thread at a time.
class KeyValuePageBuilder {
 public:
  KeyValuePageBuilder();

  void Add(absl::string_view key, absl::string_view value);
  // Whether the page should be sent; one that holds nothing never is.
  bool IsFull() const;
  // The page; leaves an empty builder behind.
  Page Finish();

 private:
  Page page_;
};

// The records of a page, one after the other. The views live as long as `page`.
//
//   KeyValuePageParser parser(page);
//   while (parser.Next()) batch.Put(parser.key(), parser.value());
//   RETURN_IF_ERROR(parser.status());
class KeyValuePageParser {
 public:
  explicit KeyValuePageParser(const Page& page);

  bool Next();
  absl::string_view key() const { return key_; }
  absl::string_view value() const { return value_; }
  // After Next returned false. INVALID_ARGUMENT: another format, cut off, out of
  // order, or not what the page's counts and last key say.
  absl::Status status() const { return status_; }

 private:
  bool Fail(absl::string_view problem);
  bool End();

  const Page& page_;
  absl::string_view rest_;
  std::string previous_key_;
  absl::string_view key_;
  absl::string_view value_;
  int64_t record_count_ = 0;
  absl::Status status_;
};

// INVALID_ARGUMENT unless the record has a key and is within kRecordBytesMax.
absl::Status CheckRecord(absl::string_view key, absl::string_view value);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_KEY_VALUE_PAGE_H_
