#include "coordinator/engine/engine_metrics.h"

#include <algorithm>
#include <variant>

#include "absl/strings/ascii.h"

namespace realm::coordinator {
namespace {

constexpr absl::string_view kResults[] = {"ok", "retry", "failed", "handed_over", "lost"};

const std::vector<double>& RoundInputs() {
  static const auto* bounds = new std::vector<double>{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};
  return *bounds;
}

// How an attempt ended, in one of kResults.
absl::string_view ResultOf(const Input& input, const Job& after) {
  if (after.state == JobState::kFailed) return "failed";
  if (std::holds_alternative<LeaseLostInput>(input.body)) return "lost";
  const auto* report = std::get_if<ReportInput>(&input.body);
  if (report != nullptr && report->outcome == ReportInput::Outcome::kReturned) return "handed_over";
  return after.state == JobState::kDone ? "ok" : "retry";
}

}  // namespace

std::string LabelOf(State state) {
  std::string out;
  for (const char c : ToString(state)) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !out.empty()) out.push_back('_');
    out.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

EngineMetrics::EngineMetrics(Metrics* metrics, const Policy& policy, JobRates* rates)
    : rates_(rates),
      transitions_(metrics->AddCounters("realm_migration_transitions_total",
                                        "Changes of migrations' states.",
                                        {"from_state", "to_state"})),
      finished_(metrics->AddCounters("realm_migrations_finished_total",
                                     "Migrations that have ended, by how.",
                                     {"outcome", "source_realm", "target_realm"})),
      failures_(metrics->AddCounters("realm_migration_failures_total",
                                     "Migrations that failed, by the state they failed in.",
                                     {"phase", "reason"})),
      phases_(metrics->AddHistograms("realm_migration_phase_duration_seconds",
                                     "How long migrations were in a state that they left.",
                                     PhaseSeconds(), {"phase"})),
      enqueued_(metrics->AddCounters("realm_jobs_enqueued_total", "Jobs that came about.",
                                     {"realm", "kind"})),
      dispatched_(metrics->AddCounters("realm_jobs_dispatched_total", "Leases given to workers.",
                                       {"realm", "kind"})),
      attempts_(metrics->AddCounters("realm_job_attempts_total", "Leases that ended, by how.",
                                     {"realm", "kind", "result"})),
      expirations_(metrics->AddCounters("realm_job_lease_expirations_total",
                                        "Leases whose worker was lost or had dropped the job.",
                                        {"realm", "kind"})),
      queued_(metrics->AddHistograms("realm_job_queue_duration_seconds",
                                     "From when a job could be given out to its lease.",
                                     CallSeconds(), {"realm", "kind"})),
      ran_(metrics->AddHistograms("realm_job_run_duration_seconds", "From a lease to its end.",
                                  PhaseSeconds(), {"realm", "kind"})),
      fenced_(metrics->AddCounters("realm_job_fenced_total",
                                   "Jobs that ended after a store refused their writes.",
                                   {"realm"})),
      stale_(metrics->AddCounters("realm_job_fenced_reports_total",
                                  "Reports of an end by a worker that no longer held the job.",
                                  {"realm"})),
      audit_(metrics->AddCounters("realm_audit_records_total",
                                  "Inputs that changed a migration, by what they were.",
                                  {"action"})),
      round_inputs_(metrics
                        ->AddHistograms("realm_engine_round_inputs",
                                        "Inputs that shared one synced write.", RoundInputs())
                        .With()),
      writes_(metrics
                  ->AddHistograms("realm_store_write_duration_seconds",
                                  "Synced writes of the coordinator's store.", CallSeconds())
                  .With()),
      write_errors_(
          metrics->AddCounters("realm_store_errors_total", "Writes that the store refused.")
              .With()) {
  for (const auto& [name, realm] : policy.realms) {
    fenced_.With({realm.code.value()});
    stale_.With({realm.code.value()});
    for (const JobKind kind : kJobKinds)
      series_.try_emplace({realm.code, kind}, MakeSeries(realm.code, kind));
  }
}

EngineMetrics::KindSeries EngineMetrics::MakeSeries(const RealmId& realm, JobKind kind) const {
  const LabelValues labels = {realm.value(), ToString(kind)};
  KindSeries out = {enqueued_.With(labels),    dispatched_.With(labels), {},
                    expirations_.With(labels), queued_.With(labels),     ran_.With(labels)};
  for (const absl::string_view result : kResults)
    out.attempts.emplace(result, attempts_.With({realm.value(), ToString(kind), result}));
  return out;
}

EngineMetrics::KindSeries& EngineMetrics::SeriesOf(const Job& job) {
  const auto found = series_.find({job.realm, job.kind});
  if (found != series_.end()) return found->second;
  // Of a realm that is not configured any more.
  return series_.try_emplace({job.realm, job.kind}, MakeSeries(job.realm, job.kind)).first->second;
}

void EngineMetrics::OnStep(const Input& input, const Migration* before, const Migration& after) {
  const absl::string_view action = WordFor(input);
  auto audit = audits_.find(action);
  if (audit == audits_.end()) audit = audits_.emplace(action, audit_.With({action})).first;
  audit->second.Increment();
  CountState(before, after);
  for (const Job& job : after.jobs) {
    CountJob(input, before == nullptr ? nullptr : FindJob(*before, job.number), job, after.updated);
  }
}

void EngineMetrics::CountState(const Migration* before, const Migration& after) {
  const State from = before == nullptr ? State::kNone : before->state;
  if (after.failure && (before == nullptr || !before->failure)) {
    failures_.With({LabelOf(from), after.failure->reason}).Increment();
  }
  if (from == after.state) return;
  transitions_.With({LabelOf(from), LabelOf(after.state)}).Increment();
  if (before != nullptr) phases_.With({LabelOf(from)}).Observe(after.entered - before->entered);
  if (!IsTerminal(after.state)) return;
  finished_.With({LabelOf(after.state), after.source.value(), after.target.value()}).Increment();
}

void EngineMetrics::CountJob(const Input& input, const Job* before, const Job& after,
                             absl::Time now) {
  if (before == nullptr) {
    SeriesOf(after).enqueued.Increment();
    rates_->Count(after.realm, after.kind, JobRates::What::kAdded);
    return;
  }
  const bool was_leased = before->state == JobState::kLeased;
  if (was_leased && after.state != JobState::kLeased) CountEnd(input, *before, after, now);
  if (was_leased || after.state != JobState::kLeased) return;
  SeriesOf(after).dispatched.Increment();
  rates_->Count(after.realm, after.kind, JobRates::What::kDispatched);
  SeriesOf(after).queued.Observe(after.leased_at - std::max(after.created, before->not_before));
}

void EngineMetrics::CountEnd(const Input& input, const Job& before, const Job& after,
                             absl::Time now) {
  KindSeries& series = SeriesOf(after);
  const absl::string_view result = ResultOf(input, after);
  series.attempts.at(result).Increment();
  series.ran.Observe(now - before.leased_at);
  if (result == "lost") series.expirations.Increment();
  if (result == "ok") rates_->Count(after.realm, after.kind, JobRates::What::kDone);
}

void EngineMetrics::OnWrite(size_t inputs, absl::Duration took, const absl::Status& written) {
  round_inputs_.Observe(static_cast<double>(inputs));
  writes_.Observe(took);
  if (!written.ok()) write_errors_.Increment();
  absl::MutexLock lock(&mutex_);
  why_not_written_ = written.ok() ? "" : std::string(written.message());
}

std::string EngineMetrics::WhyNotWritten() const {
  absl::MutexLock lock(&mutex_);
  return why_not_written_;
}

}  // namespace realm::coordinator
