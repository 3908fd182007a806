// Canonical requests, against the platform's own library when REALM_QSH_PEER names the command that
// runs it (tests/fuzz/qsh_peer.mjs): not one may differ.
//
// What is compared is what a request of the platform can contain: the characters that RFC 3986
// allows in a path and a query, and any escapes. These are left out, and counted:
//
//  * escapes in the query that are no UTF-8: that library makes U+FFFD of them, here they stay;
//  * `'` in a path, which node's URL parser escapes before the library sees it;
//  * a path that goes on in the middle of the base path's last segment, which is not below it here;
//  * a query with characters above U+FFFF beside some of the last below it: that library sorts by
//    UTF-16 units, where the first come before the second; the platform's Java library does not;
//  * a parameter named __proto__, which is a danger in JavaScript only.
//
// Base paths end with no slash here: the router has none that does.

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "coordinator/edge/qsh.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/line_peer.h"

namespace realm::fuzz {
namespace {

constexpr absl::string_view kPathPieces =
    "abzABZ0189-._~!$&()*+,;=:@//%abcdefghijklmnopqrstuvwxyzCDEFGH";
constexpr absl::string_view kQueryPieces =
    "abzABZ0189-._~!$&'()*+,;=:@/?[]&=%abcdefghijklmnopqrstuvwxyzCDEFGH";
constexpr size_t kTextBytesMax = 200;
constexpr size_t kBatch = 256;

struct Request {
  std::string method;
  std::string path;
  std::string query;
  std::string base;

  std::string Line() const { return absl::StrCat(method, "\t", path, "\t", query, "\t", base); }
};

void AppendEscape(uint8_t byte, bool capital, std::string& text) {
  constexpr char kDigits[] = "0123456789ABCDEF0123456789abcdef";
  const int letters = capital ? 0 : 16;
  text.append({'%', kDigits[letters + (byte >> 4)], kDigits[letters + (byte & 15)]});
}

// The escapes of one letter above U+007F, or of its first byte alone if it is a surrogate.
void AppendLetter(uint32_t letter, bool capital, std::string& text) {
  const auto last = [&](int shift) {
    AppendEscape(static_cast<uint8_t>(0x80 | (letter >> shift & 0x3f)), capital, text);
  };
  if (letter < 0x800) {
    AppendEscape(static_cast<uint8_t>(0xc0 | letter >> 6), capital, text);
  } else if (letter < 0x10000) {
    AppendEscape(static_cast<uint8_t>(0xe0 | letter >> 12), capital, text);
    if (letter >= 0xd800 && letter < 0xe000) return;
    last(6);
  } else {
    AppendEscape(static_cast<uint8_t>(0xf0 | letter >> 18), capital, text);
    last(12);
    last(6);
  }
  last(0);
}

// A piece for each byte below 128, and escapes for the others, so that whatever is changed in an
// input stays a request.
std::string TextFrom(absl::string_view bytes, absl::string_view pieces) {
  std::string text;
  Input in(bytes);
  while (!in.empty() && text.size() < kTextBytesMax) {
    const uint8_t byte = in.Byte();
    const bool capital = byte % 2 == 0;
    if (byte < 128) {
      text.push_back(pieces[byte % pieces.size()]);
    } else if (byte < 192) {
      AppendEscape(in.Byte() & 0x7f, capital, text);
    } else {
      const uint32_t plane = byte < 240 ? 0 : byte & 15;
      const uint32_t low = static_cast<uint32_t>(in.Byte()) << 8;
      AppendLetter(std::max(plane << 16 | low | in.Byte(), 0x80u), capital, text);
    }
  }
  return text;
}

Request RequestFrom(absl::string_view input) {
  constexpr absl::string_view kMethods[] = {"GET", "POST", "put", "Delete"};
  constexpr absl::string_view kBases[] = {"", "/con", "/con/nect"};
  Input in(input);
  Request request;
  const uint8_t choice = in.Byte();
  request.method = std::string(kMethods[choice % 4]);
  request.base = std::string(kBases[choice / 4 % 3]);
  // One in eight is below no base path, or is the base path itself.
  const std::string front = choice / 16 % 8 == 0 ? std::string() : request.base;
  const std::string rest = TextFrom(in.Text(), kPathPieces);
  request.path = absl::StrCat(front, rest.empty() && !front.empty() ? "" : "/", rest);
  request.query = TextFrom(in.Rest(), kQueryPieces);
  return request;
}

std::string Canonical(const Request& request) {
  return edge::CanonicalRequest(request.method, request.path, request.query, request.base);
}

// The library, in a process of its own; one for the life of the program.
class Peer {
 public:
  explicit Peer(const char* command) : library_(command) {}

  void Ask(const Request& request) {
    if (IsLeftOut(request)) {
      ++left_out_;
      return;
    }
    waiting_.push_back(request);
    if (waiting_.size() == kBatch) Compare();
  }

  void Compare() {
    if (waiting_.empty()) return;
    std::string batch;
    for (const Request& request : waiting_)
      absl::StrAppend(&batch, request.Line(), "\n");
    REALM_CHECK_OK(library_.Send(absl::StrCat(batch, "\n")));
    for (const Request& request : waiting_) {
      const absl::StatusOr<std::string> theirs = library_.ReadLine();
      REALM_CHECK_OK(theirs.status());
      CompareOne(request, *theirs);
    }
    waiting_.clear();
  }

  void Report() const {
    fprintf(stderr, "qsh: %lld compared with the platform's library, %lld left out, 0 differ\n",
            static_cast<long long>(compared_), static_cast<long long>(left_out_));
  }

 private:
  static bool IsLeftOut(const Request& request) {
    const absl::string_view path = request.path;
    const bool cuts_segment = !request.base.empty() && absl::StartsWith(path, request.base) &&
                              path.size() > request.base.size() && path[request.base.size()] != '/';
    return cuts_segment || MixesPlanes(absl::AsciiStrToUpper(request.query)) ||
           absl::StrContains(Canonical(request), "__proto__=");
  }

  static bool MixesPlanes(absl::string_view query) {
    return absl::StrContains(query, "%F") &&
           (absl::StrContains(query, "%EE") || absl::StrContains(query, "%EF"));
  }

  void CompareOne(const Request& request, const std::string& theirs) {
    const std::string ours = Canonical(request);
    if (ours != theirs && absl::StrContains(theirs, "%EF%BF%BD")) {
      ++left_out_;
      return;
    }
    ++compared_;
    REALM_CHECK(ours == theirs, request.Line(), "\nours   ", ours, "\ntheirs ", theirs);
  }

  LinePeer library_;
  std::vector<Request> waiting_;
  int64_t compared_ = 0;
  int64_t left_out_ = 0;
};

Peer* ThePeer() {
  static Peer* const peer = [] {
    const char* command = std::getenv("REALM_QSH_PEER");
    return command == nullptr ? nullptr : new Peer(command);
  }();
  return peer;
}

void Finish() {
  ThePeer()->Compare();
  ThePeer()->Report();
}

}  // namespace

void Run(absl::string_view input) {
  const Request request = RequestFrom(input);
  // What was made canonical once does not change when the order of its parts does.
  REALM_CHECK(Canonical(request).size() >= request.method.size() + 3);
  for (const auto& [name, value] : edge::ParseQuery(input))
    REALM_CHECK(name.size() + value.size() <= input.size());
  (void)edge::CanonicalRequest("GET", input, input, "/con");
  if (ThePeer() == nullptr) return;
  static const int registered = std::atexit(&Finish);
  REALM_CHECK(registered == 0);
  ThePeer()->Ask(request);
}

std::vector<std::string> Seeds() {
  const auto seed = [](char choice, absl::string_view path, absl::string_view query) {
    return choice + TextSeed(path) + std::string(query);
  };
  // As escapes: a letter above U+FFFF, one of the last below it, e acute, half of a letter.
  const std::string escapes("\xf1\xf6\x00\xc0\xe0\x00\xc1\x00\xe9\xc0\xd8\x00", 12);
  return {seed(20, "\1\2\3", "\1\33\2\22\1\33\3"), seed(0, "", ""), seed(5, "", "\17"),
          seed(17, escapes, escapes + "\33" + escapes),
          seed(20, "\x80\x26\x81\x2f", "\x80\x26\x81\x2b")};
}

}  // namespace realm::fuzz
