// The small pieces that stored rows, keys and pages are made of: lengths as
// varints (seven bits a byte, low end first) and bytes after their length.
//
// Consume functions take from the front of `input`. They return false, and
// leave `input` anywhere, if it ends too early or a length exceeds what is left.
#ifndef REALMSHIFT_WORKER_CONNECTOR_ENCODING_H_
#define REALMSHIFT_WORKER_CONNECTOR_ENCODING_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace realm::worker {

// What the first byte of a page's records says: who wrote it, and how. The
// numbers travel between workers of different versions; never reuse one.
enum class PageFormat : uint8_t { kKeyValues1 = 0x11, kPostgres1 = 0x21 };

void AppendVarint(uint64_t value, std::string& output);
void AppendSized(absl::string_view bytes, std::string& output);
// Eight bytes, big end first, so that encoded numbers sort as numbers.
void AppendFixed64(uint64_t value, std::string& output);
// Four bytes, big end first.
void AppendFixed32(uint32_t value, std::string& output);

bool ConsumeVarint(absl::string_view& input, uint64_t& value);
bool ConsumeSized(absl::string_view& input, absl::string_view& bytes);
bool ConsumeFixed64(absl::string_view& input, uint64_t& value);
bool ConsumeFixed32(absl::string_view& input, uint32_t& value);
bool ConsumeByte(absl::string_view& input, uint8_t& value);

// What an error may say of a record: enough to tell two keys apart and to find
// the record again in its store, and no part of the key itself.
std::string KeyForError(absl::string_view key);

}  // namespace realm::worker

#endif  // REALMSHIFT_WORKER_CONNECTOR_ENCODING_H_
