#include "tests/sim/verdict_bytes.h"

#include <cstdint>
#include <cstring>
#include <utility>

namespace realm::sim {
namespace {

class Encoder {
 public:
  void Put(int64_t number) {
    char bytes[sizeof number];
    std::memcpy(bytes, &number, sizeof number);
    out_.append(bytes, sizeof bytes);
  }
  void Put(const std::string& text) {
    Put(static_cast<int64_t>(text.size()));
    out_ += text;
  }
  void Put(absl::Duration duration) { Put(absl::ToInt64Nanoseconds(duration)); }

  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

// Goes on with zeros and empty texts after the end, and remembers it.
class Decoder {
 public:
  explicit Decoder(absl::string_view bytes) : rest_(bytes) {}

  int64_t Number() {
    int64_t number = 0;
    if (!Has(sizeof number)) return 0;
    std::memcpy(&number, rest_.data(), sizeof number);
    rest_.remove_prefix(sizeof number);
    return number;
  }
  std::string Text() {
    const auto size = static_cast<size_t>(Number());
    if (!Has(size)) return "";
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }
  absl::Duration Span() { return absl::Nanoseconds(Number()); }

  bool failed() const { return failed_; }

 private:
  bool Has(size_t size) {
    failed_ = failed_ || rest_.size() < size;
    return !failed_;
  }

  absl::string_view rest_;
  bool failed_ = false;
};

void EncodeOutcome(const Outcome& outcome, Encoder* to) {
  to->Put(static_cast<int64_t>(outcome.violations.size()));
  for (const Violation& violation : outcome.violations) {
    to->Put(violation.invariant);
    to->Put(violation.what);
    to->Put(violation.at);
    to->Put(static_cast<int64_t>(violation.step));
    to->Put(violation.kind);
  }
  to->Put(outcome.event_log_sha256);
  to->Put(static_cast<int64_t>(outcome.events.size()));
  for (const std::string& event : outcome.events)
    to->Put(event);
  to->Put(outcome.simulated);
  to->Put(outcome.migrations);
  to->Put(outcome.faults);
  to->Put(outcome.steps);
  to->Put(static_cast<int64_t>(outcome.counters.size()));
  for (const auto& [name, value] : outcome.counters) {
    to->Put(name);
    to->Put(value);
  }
}

Violation DecodeViolation(Decoder* from) {
  Violation violation;
  violation.invariant = from->Text();
  violation.what = from->Text();
  violation.at = from->Span();
  violation.step = static_cast<uint64_t>(from->Number());
  violation.kind = from->Text();
  return violation;
}

Outcome DecodeOutcome(Decoder* from) {
  Outcome outcome;
  for (int64_t left = from->Number(); left > 0 && !from->failed(); --left)
    outcome.violations.push_back(DecodeViolation(from));
  outcome.event_log_sha256 = from->Text();
  for (int64_t left = from->Number(); left > 0 && !from->failed(); --left)
    outcome.events.push_back(from->Text());
  outcome.simulated = from->Span();
  outcome.migrations = from->Number();
  outcome.faults = from->Number();
  outcome.steps = from->Number();
  for (int64_t left = from->Number(); left > 0 && !from->failed(); --left) {
    std::string name = from->Text();
    outcome.counters[std::move(name)] = from->Number();
  }
  return outcome;
}

}  // namespace

std::string EncodeVerdict(const Verdict& verdict) {
  Encoder to;
  to.Put(static_cast<int64_t>(verdict.seed));
  EncodeOutcome(verdict.outcome, &to);
  to.Put(verdict.last_words);
  to.Put(verdict.took);
  return to.Take();
}

std::optional<Verdict> DecodeVerdict(absl::string_view bytes) {
  Decoder from(bytes);
  Verdict verdict;
  verdict.seed = static_cast<uint64_t>(from.Number());
  verdict.outcome = DecodeOutcome(&from);
  verdict.last_words = from.Text();
  verdict.took = from.Span();
  if (from.failed()) return std::nullopt;
  return verdict;
}

}  // namespace realm::sim
