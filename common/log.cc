#include "common/log.h"

#include <errno.h>
#include <unistd.h>

#include <atomic>
#include <cmath>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"

#include "common/clock.h"
#include "common/json_text.h"

namespace realm {
namespace {

std::atomic<Level> lowest_level{Level::kInfo};
std::atomic<LogFormat> log_format{LogFormat::kJson};
std::atomic<bool> has_sink{false};

ABSL_CONST_INIT absl::Mutex sink_mutex(absl::kConstInit);

// Never destroyed: threads may log while the program ends.
LogSink& Sink() ABSL_EXCLUSIVE_LOCKS_REQUIRED(sink_mutex) {
  static auto* sink = new LogSink();
  return *sink;
}

void WriteToStderr(absl::string_view record) {
  while (!record.empty()) {
    const ssize_t written = write(STDERR_FILENO, record.data(), record.size());
    if (written < 0 && errno != EINTR) return;
    if (written > 0) record.remove_prefix(written);
  }
}

void Deliver(absl::string_view record) {
  if (has_sink.load(std::memory_order_acquire)) {
    absl::MutexLock lock(&sink_mutex);
    if (const LogSink& sink = Sink()) {
      sink(record);
      return;
    }
  }
  WriteToStderr(record);
}

std::string JsonTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

std::string JsonRecord(Level level, absl::string_view message,
                       std::initializer_list<LogField> fields) {
  std::string record = absl::StrCat("{\"time\":\"", JsonTime(SystemClock().Now()),
                                    "\",\"level\":\"", ToString(level), "\",\"message\":");
  AppendJsonString(message, &record);
  for (const LogField& field : fields) {
    absl::StrAppend(&record, ",\"", field.key, "\":");
    field.value.AppendJson(&record);
  }
  record.append("}\n");
  return record;
}

std::string TextRecord(Level level, absl::string_view message,
                       std::initializer_list<LogField> fields) {
  const absl::Time now = SystemClock().Now();
  std::string record = absl::StrCat(absl::FormatTime("%H:%M:%E3S", now, absl::LocalTimeZone()),
                                    absl::StrFormat(" %-7s ", ToString(level)), message);
  for (const LogField& field : fields) {
    absl::StrAppend(&record, " ", field.key, "=");
    field.value.AppendJson(&record);
  }
  record.push_back('\n');
  return record;
}

struct JsonAppender {
  std::string* line;
  void operator()(absl::string_view text) const { AppendJsonString(text, line); }
  void operator()(const std::string& text) const { AppendJsonString(text, line); }
  void operator()(bool flag) const { line->append(flag ? "true" : "false"); }
  void operator()(int64_t number) const { absl::StrAppend(line, number); }
  void operator()(uint64_t number) const { absl::StrAppend(line, number); }
  void operator()(double number) const {
    // JSON has no word for infinity or "not a number".
    if (std::isfinite(number)) {
      absl::StrAppend(line, number);
    } else {
      AppendJsonString(absl::StrCat(number), line);
    }
  }
};

}  // namespace

LogValue::LogValue(absl::Time time) : value_(JsonTime(time)) {}

void LogValue::AppendJson(std::string* line) const {
  std::visit(JsonAppender{line}, value_);
}

void Log(Level level, absl::string_view message, std::initializer_list<LogField> fields) {
  if (level < lowest_level.load(std::memory_order_relaxed)) return;
  const int saved_errno = errno;
  const bool json = log_format.load(std::memory_order_relaxed) == LogFormat::kJson;
  Deliver(json ? JsonRecord(level, message, fields) : TextRecord(level, message, fields));
  errno = saved_errno;
}

void SetLogLevel(Level level) {
  lowest_level.store(level);
}

void SetLogFormat(LogFormat format) {
  log_format.store(format);
}

LogSink SetLogSink(LogSink sink) {
  absl::MutexLock lock(&sink_mutex);
  has_sink.store(static_cast<bool>(sink), std::memory_order_release);
  std::swap(sink, Sink());
  return sink;
}

absl::string_view ToString(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
  }
  return "unknown";
}

absl::StatusOr<Level> ParseLogLevel(absl::string_view text) {
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    if (text == ToString(level)) return level;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("log level \"", text, "\" is none of debug, info, warning, error"));
}

}  // namespace realm
