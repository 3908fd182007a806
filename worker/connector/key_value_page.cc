#include "worker/connector/key_value_page.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "common/limits.h"
#include "worker/connector/encoding.h"

namespace realm::worker {

KeyValuePageBuilder::KeyValuePageBuilder() {
  page_.records.reserve(kPageBytes + kPageBytes / 4);
}

void KeyValuePageBuilder::Add(absl::string_view key, absl::string_view value) {
  if (page_.records.empty()) page_.records.push_back(static_cast<char>(PageFormat::kKeyValues1));
  AppendSized(key, page_.records);
  AppendSized(value, page_.records);
  page_.last_key.assign(key.data(), key.size());
  ++page_.record_count;
}

bool KeyValuePageBuilder::IsFull() const {
  return static_cast<int64_t>(page_.records.size()) >= kPageBytes;
}

Page KeyValuePageBuilder::Finish() {
  page_.byte_count = static_cast<int64_t>(page_.records.size());
  return std::exchange(page_, Page());
}

KeyValuePageParser::KeyValuePageParser(const Page& page) : page_(page), rest_(page.records) {
  uint8_t format = 0;
  if (rest_.empty()) return;
  if (!ConsumeByte(rest_, format) || format != static_cast<uint8_t>(PageFormat::kKeyValues1)) {
    Fail(absl::StrCat("has format ", format, ", not key-values 1"));
  }
}

bool KeyValuePageParser::Next() {
  if (!status_.ok()) return false;
  if (rest_.empty()) return End();
  previous_key_.assign(key_.data(), key_.size());
  if (!ConsumeSized(rest_, key_) || !ConsumeSized(rest_, value_)) return Fail("is cut off");
  if (key_.empty() || (record_count_ > 0 && key_ <= previous_key_)) {
    return Fail("has records that are not in key order");
  }
  status_ = CheckRecord(key_, value_);
  ++record_count_;
  return status_.ok();
}

bool KeyValuePageParser::End() {
  if (record_count_ != page_.record_count) return Fail("does not hold record_count records");
  if (key_ != page_.last_key) return Fail("does not end with last_key");
  return false;
}

bool KeyValuePageParser::Fail(absl::string_view problem) {
  status_ = absl::InvalidArgumentError(absl::StrCat("the page ", problem));
  return false;
}

absl::Status CheckRecord(absl::string_view key, absl::string_view value) {
  if (key.empty()) return absl::InvalidArgumentError("a record's key must not be empty");
  if (static_cast<int64_t>(key.size() + value.size()) <= kRecordBytesMax) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the record with ", KeyForError(key), " has ",
                                                 key.size() + value.size(), " bytes; at most ",
                                                 kRecordBytesMax, " can be moved"));
}

}  // namespace realm::worker
