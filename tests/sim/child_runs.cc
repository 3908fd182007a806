#include "tests/sim/child_runs.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/status_macros.h"
#include "tests/sim/verdict_bytes.h"

namespace realm::sim {
namespace {

constexpr size_t kLastWordsMax = 2000;

// What the parent asks for; on the pipe as it lies in memory.
struct Request {
  uint64_t scenario;
  uint64_t seed;
  uint64_t keep_events;
};

bool WriteAll(int to, const char* bytes, size_t count) {
  while (count > 0) {
    const ssize_t written = ::write(to, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    count -= static_cast<size_t>(written);
  }
  return true;
}

bool ReadAll(int from, char* bytes, size_t count) {
  while (count > 0) {
    const ssize_t got = ::read(from, bytes, count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    count -= static_cast<size_t>(got);
  }
  return true;
}

// The child's whole life. Its stderr is a file of which only the words about the last case remain.
void Serve(int requests, int answers, const CasePlayer& play) {
  Request request{};
  while (ReadAll(requests, reinterpret_cast<char*>(&request), sizeof request)) {
    if (::ftruncate(STDERR_FILENO, 0) == 0) ::lseek(STDERR_FILENO, 0, SEEK_SET);
    const Plan::Case run{static_cast<size_t>(request.scenario), request.seed};
    const std::string bytes = EncodeVerdict(play(run, request.keep_events != 0));
    const uint64_t size = bytes.size();
    if (!WriteAll(answers, reinterpret_cast<const char*>(&size), sizeof size)) return;
    if (!WriteAll(answers, bytes.data(), bytes.size())) return;
  }
}

// One child and the case it is at.
class Lane {
 public:
  explicit Lane(const CasePlayer& play) : play_(play) {}
  ~Lane() { End(); }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  bool busy() const { return busy_; }
  int answers() const { return answers_; }
  const Plan::Case& run() const { return run_; }
  absl::Duration begun() const { return begun_; }

  absl::Status Begin(const Plan::Case& run, bool keep_events, absl::Duration now) {
    if (child_ < 0) RETURN_IF_ERROR(Spawn());
    run_ = run;
    begun_ = now;
    busy_ = true;
    const Request request{run.scenario, run.seed, keep_events ? 1u : 0u};
    // A child that is gone is found when its answer is missing.
    WriteAll(requests_, reinterpret_cast<const char*>(&request), sizeof request);
    return absl::OkStatus();
  }

  Verdict Finish() {
    busy_ = false;
    uint64_t size = 0;
    std::string bytes;
    if (ReadAll(answers_, reinterpret_cast<char*>(&size), sizeof size)) {
      bytes.resize(size);
      if (ReadAll(answers_, bytes.data(), size)) {
        if (std::optional<Verdict> verdict = DecodeVerdict(bytes)) return *std::move(verdict);
      }
    }
    return Died("assertion", "the program ended in the middle of the run");
  }

  Verdict GiveUp() {
    busy_ = false;
    ::kill(child_, SIGKILL);
    return Died("timeout", "the run did not come to an end and was killed");
  }

 private:
  absl::Status Spawn() {
    int down[2];
    int up[2];
    if (::pipe(down) != 0) return absl::ErrnoToStatus(errno, "pipe");
    if (::pipe(up) != 0) return absl::ErrnoToStatus(errno, "pipe");
    words_ = std::tmpfile();
    if (words_ == nullptr) return absl::ErrnoToStatus(errno, "a temporary file");
    std::fflush(nullptr);
    child_ = ::fork();
    if (child_ < 0) return absl::ErrnoToStatus(errno, "fork");
    if (child_ == 0) {
      ::close(down[1]);
      ::close(up[0]);
      ::dup2(::fileno(words_), STDERR_FILENO);
      Serve(down[0], up[1], play_);
      ::_exit(0);
    }
    ::close(down[0]);
    ::close(up[1]);
    requests_ = down[1];
    answers_ = up[0];
    return absl::OkStatus();
  }

  Verdict Died(absl::string_view invariant, absl::string_view what) {
    Verdict verdict;
    verdict.seed = run_.seed;
    ::waitpid(child_, nullptr, 0);
    child_ = -1;
    verdict.last_words = LastWords();
    End();
    // The assertion's own line says more.
    const size_t line = verdict.last_words.rfind('\n') + 1;
    const std::string last = verdict.last_words.substr(line);
    verdict.outcome.violations.push_back({std::string(invariant),
                                          last.empty() ? std::string(what) : last,
                                          absl::ZeroDuration(), 0, std::string(invariant)});
    return verdict;
  }

  std::string LastWords() {
    const off_t size = ::lseek(::fileno(words_), 0, SEEK_END);
    const off_t from = std::max<off_t>(0, size - static_cast<off_t>(kLastWordsMax));
    std::string text(static_cast<size_t>(size - from), '\0');
    const ssize_t got = ::pread(::fileno(words_), text.data(), text.size(), from);
    text.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return std::string(absl::StripAsciiWhitespace(text));
  }

  void End() {
    if (requests_ >= 0) ::close(std::exchange(requests_, -1));
    if (answers_ >= 0) ::close(std::exchange(answers_, -1));
    // Killed even when idle: its brothers hold copies of the pipe, so its end would not reach it.
    if (child_ >= 0) ::kill(child_, SIGKILL);
    if (child_ >= 0) ::waitpid(std::exchange(child_, -1), nullptr, 0);
    if (words_ != nullptr) std::fclose(std::exchange(words_, nullptr));
  }

  const CasePlayer& play_;
  pid_t child_ = -1;
  int requests_ = -1;
  int answers_ = -1;
  std::FILE* words_ = nullptr;
  bool busy_ = false;
  Plan::Case run_;
  absl::Duration begun_;
};

using Lanes = std::vector<std::unique_ptr<Lane>>;

std::vector<pollfd> Busy(const Lanes& lanes) {
  std::vector<pollfd> polled;
  for (const auto& lane : lanes)
    if (lane->busy()) polled.push_back({lane->answers(), POLLIN, 0});
  return polled;
}

bool HasAnswer(const Lane& lane, const std::vector<pollfd>& polled) {
  return std::any_of(polled.begin(), polled.end(), [&](const pollfd& entry) {
    return entry.fd == lane.answers() && entry.revents != 0;
  });
}

absl::Duration UsedBy(int whom) {
  rusage usage{};
  if (::getrusage(whom, &usage) != 0) return absl::ZeroDuration();
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

}  // namespace

Verdict RunCase(const Scenario& scenario, uint64_t seed, bool keep_events) {
  RunOptions options;
  options.keep_events = keep_events;
  Verdict verdict;
  verdict.seed = seed;
  verdict.outcome = RunWorld(scenario, seed, options);
  for (Violation& violation : Judge(scenario, verdict.outcome))
    verdict.outcome.violations.push_back(std::move(violation));
  return verdict;
}

absl::Status RunInChildren(const ChildOptions& options, const Clock& clock,
                           const std::function<std::optional<Plan::Case>()>& next,
                           const CasePlayer& play,
                           const std::function<bool(const Plan::Case&, Verdict)>& done) {
  // Writing to a child that has died must fail, not end this process.
  std::signal(SIGPIPE, SIG_IGN);
  Lanes lanes;
  for (int i = 0; i < options.jobs; ++i)
    lanes.push_back(std::make_unique<Lane>(play));
  for (bool more = true;;) {
    for (const auto& lane : lanes) {
      if (!more || lane->busy()) continue;
      const std::optional<Plan::Case> run = next();
      more = run.has_value();
      if (run) RETURN_IF_ERROR(lane->Begin(*run, options.keep_events, clock.Monotonic()));
    }
    std::vector<pollfd> polled = Busy(lanes);
    if (polled.empty()) return absl::OkStatus();
    ::poll(polled.data(), polled.size(), 1000);
    for (const auto& lane : lanes) {
      if (!lane->busy()) continue;
      const absl::Duration took = clock.Monotonic() - lane->begun();
      const bool answered = HasAnswer(*lane, polled);
      if (!answered && took < options.case_limit) continue;
      Verdict verdict = answered ? lane->Finish() : lane->GiveUp();
      verdict.took = took;
      more = done(lane->run(), std::move(verdict)) && more;
    }
  }
}

absl::Duration ProcessorTime() {
  return UsedBy(RUSAGE_SELF) + UsedBy(RUSAGE_CHILDREN);
}

}  // namespace realm::sim
