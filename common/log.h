// One structured line per event, to stderr.
//
//   Log(Level::kInfo, "job finished", {{"job", job.id}, {"records", 100}});
//   {"time":"2030-01-01T00:00:00.000000Z","level":"info","message":"job
//   finished","job":"m1/main/copy","records":100}
//
// Log ids, counts and reasons; never a tenant's keys or values, and never a secret (Secret does not
// convert to a field). The message is a constant; whatever varies is a field.
//
// Each record is one write(2), so that the lines of several threads and processes do not mix.
// Debian's Abseil has no absl/log, which is why this exists. Keep it small.
//
// Thread safety: any thread may call anything here at any time.

#ifndef REALMSHIFT_COMMON_LOG_H_
#define REALMSHIFT_COMMON_LOG_H_

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace realm {

enum class Level { kDebug, kInfo, kWarning, kError };

// The value of a field. Views must live until Log returns, which temporaries in the call do.
class LogValue {
 public:
  // NOLINTBEGIN(google-explicit-constructor): a field is written as {"records", 100}.
  LogValue(absl::string_view text) : value_(text) {}
  LogValue(const char* text) : value_(absl::string_view(text)) {}
  LogValue(const std::string& text) : value_(absl::string_view(text)) {}
  LogValue(bool flag) : value_(flag) {}
  LogValue(double number) : value_(number) {}
  // In seconds, as in metrics.
  LogValue(absl::Duration duration) : value_(absl::ToDoubleSeconds(duration)) {}
  LogValue(absl::Time time);
  // "ABORTED: fenced".
  LogValue(const absl::Status& status) : value_(status.ToString()) {}

  template <typename Number, std::enable_if_t<std::is_integral_v<Number>, int> = 0>
  LogValue(Number number) : value_(static_cast<Integer<Number>>(number)) {}

  // The ids of common/ids.h.
  template <typename Id, typename = decltype(std::declval<const Id&>().value().data())>
  LogValue(const Id& id) : LogValue(id.value()) {}
  // NOLINTEND(google-explicit-constructor)

  // Adds the value as JSON. Bytes that are not UTF-8 become U+FFFD.
  void AppendJson(std::string* line) const;

 private:
  template <typename Number>
  using Integer = std::conditional_t<std::is_signed_v<Number>, int64_t, uint64_t>;

  std::variant<absl::string_view, std::string, bool, int64_t, uint64_t, double> value_;
};

struct LogField {
  // A constant in snake_case; not time, level or message.
  absl::string_view key;
  LogValue value;
};

// Writes one record, unless `level` is below the level in force. Never fails and never blocks on
// anything but stderr; a record that cannot be written is lost.
void Log(Level level, absl::string_view message, std::initializer_list<LogField> fields = {});

// The lowest level that is written. kInfo at the start.
void SetLogLevel(Level level);

// JSON at the start. kText is for people at a terminal: "00:00:00.000 info  job finished job=...".
enum class LogFormat { kJson, kText };
void SetLogFormat(LogFormat format);

// Receives each record, its newline included, instead of stderr. Called under a lock: it must not
// log. An empty one means stderr. Returns the sink that was in force, for a test to put back.
using LogSink = std::function<void(absl::string_view record)>;
LogSink SetLogSink(LogSink sink);

// "debug", "info", "warning", "error".
absl::string_view ToString(Level level);
// InvalidArgument: `text` is none of the four; the message lists them.
absl::StatusOr<Level> ParseLogLevel(absl::string_view text);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_LOG_H_
