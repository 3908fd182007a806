#include "coordinator/core/facts.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/backoff.h"
#include "common/check.h"
#include "common/limits.h"
#include "common/seeded_bug.h"
#include "coordinator/core/restore.h"
#include "coordinator/core/view.h"

namespace realm::coordinator {
namespace {

// Requests that were under way at the switch still arrive at the source.
constexpr absl::Duration kStragglers = absl::Minutes(1);

bool GivesUp(const Migration& m, const Job& job) {
  // Before commit the platform can still go back, and a copy that cannot succeed
  // fails the migration. Later states go forward for ever.
  return PreparesTarget(job.kind) && m.state == State::kCopying;
}

absl::Duration DelayAfter(const Migration& m, const Job& job) {
  const uint64_t seed = std::strtoull(m.uid.c_str(), nullptr, 16) ^
                        (static_cast<uint64_t>(job.number) << 32) ^
                        static_cast<uint64_t>(job.attempt);
  return BackoffDelay(std::max(job.failures, 1), kRetryBase, kRetryCap, seed);
}

// The lease is over; the job is tried again, given up, or was told to stop.
void EndAttempt(Migration* m, Job* job, absl::Time now, bool for_good) {
  job->state = JobState::kWaiting;
  if (job->stopping) {
    job->stopping = false;
    if (PreparesTarget(job->kind)) job->state = JobState::kCancelled;
    return;
  }
  const bool hopeless = for_good || job->failures >= kAttemptsMax;
  if (hopeless && GivesUp(*m, *job)) {
    job->state = JobState::kFailed;
    m->failure = Failure{"COPY_FAILED", absl::StrCat(job->transfer.value(), ": ", job->last_error)};
    return;
  }
  if (hopeless) m->stuck = true;
  job->not_before = job->failures == 0 ? now : now + DelayAfter(*m, *job);
}

void Fail(Migration* m, Job* job, absl::Time now, absl::string_view why, bool for_good) {
  if (!job->stopping) ++job->failures;
  job->last_error = std::string(why.substr(0, kErrorTextBytesMax));
  EndAttempt(m, job, now, for_good);
}

// Whether the manifest names exactly the transfer's datasets: a report of
// another dataset, or of none, would let a purge delete what nobody verified.
bool ManifestFits(const Transfer& transfer, const std::vector<TableManifest>& manifest) {
  std::set<std::pair<DatasetName, std::string>> tables;
  for (const TableManifest& table : manifest) {
    if (!tables.emplace(table.dataset, table.table).second) return false;
    if (std::count(transfer.datasets.begin(), transfer.datasets.end(), table.dataset) != 1 ||
        table.root.size() != 32 || table.records < 0 || table.bytes < 0) {
      return false;
    }
  }
  return std::all_of(transfer.datasets.begin(), transfer.datasets.end(), [&](const DatasetName& d) {
    return std::any_of(manifest.begin(), manifest.end(),
                       [&](const TableManifest& t) { return t.dataset == d; });
  });
}

void Finish(Migration* m, Job* job) {
  job->state = JobState::kDone;
  job->failures = 0;
  job->last_error.clear();
  // Something got on. What is still stuck says so again at its time.
  m->stuck = false;
}

void RecordCopied(const ReportInput& report, absl::Time now, Migration* m, Job* job, Transfer* t) {
  if (!ManifestFits(*t, report.manifest)) {
    Fail(m, job, now, "the worker's manifest does not cover the transfer's datasets", false);
    return;
  }
  Finish(m, job);
  t->manifest = report.manifest;
  t->verified_epoch = job->epoch;
  if (job->final_pass || Seeded(SeededBug::kFirstPassCountsAsFinal)) {
    t->sealed_verified_epoch = job->epoch;
  }
}

void RecordDone(const ReportInput& report, absl::Time now, Migration* m, Job* job) {
  Transfer* t = FindTransfer(m, job->transfer);
  REALM_CHECK(t != nullptr);
  if (job->kind == JobKind::kCopy) {
    RecordCopied(report, now, m, job, t);
    return;
  }
  if (report.records_left != 0) {
    Fail(m, job, now, absl::StrCat("a re-scan found ", report.records_left, " records"), false);
    return;
  }
  Finish(m, job);
  if (job->kind == JobKind::kClose) t->closed_epoch = job->epoch;
  if (job->kind == JobKind::kPurge) t->purged_epoch = job->epoch;
  if (job->kind == JobKind::kRollback) t->erased_epoch = job->epoch;
  if (job->kind == JobKind::kOpen) {
    (job->realm == m->target ? t->opened_epoch : t->unsealed_epoch) = job->epoch;
  }
}

// Takes over what the attempt counted. One that got further than those before
// it starts the count of failures anew: a long copy may lose many workers.
void RecordCounters(const Counters& heard, Job* job) {
  const Counters before = job->counters;
  const bool got_on =
      heard.records_done > before.records_done || heard.bytes_done > before.bytes_done;
  if (got_on) job->failures = 0;
  job->counters = heard;
  job->counters.records_done = std::max(before.records_done, heard.records_done);
  job->counters.bytes_done = std::max(before.bytes_done, heard.bytes_done);
}

class Recorder {
 public:
  Recorder(absl::Time now, absl::string_view actor, Migration* m)
      : now_(now), actor_(actor), m_(m) {}

  bool operator()(const HookInput& i) const {
    if (i.hook == Hook::kStart && m_->state == State::kScheduled) m_->started = now_;
    if (i.hook == Hook::kCommit && m_->state == State::kReadyToCommit &&
        !Seeded(SeededBug::kCommitAnswerForgotten)) {
      m_->commit_answered = now_;
    }
    return false;  // The receipt and the state's change are for Step.
  }

  bool operator()(const TrafficInput& i) const {
    if (m_->state == State::kSwitched) return RecordAfterSwitch(i);
    if (m_->state != State::kCommitting) return false;
    // The target first: when the data already is there, it is the source too.
    if (i.realm == m_->target) return RecordAtTarget(i);
    return i.realm == m_->source && RecordAtSource();
  }

  bool operator()(const ConfirmInput& i) const {
    const bool proves = m_->state == State::kCommitting && !m_->proof;
    if (!proves && !m_->counter_proof) return false;
    if (proves) m_->proof = SwitchProof{"OPERATOR", now_, absl::StrCat(actor_, ": ", i.reason)};
    m_->counter_proof = false;
    m_->stuck = false;
    return true;
  }

  bool operator()(const LeaseInput& i) const {
    Job* job = FindJob(m_, i.job);
    if (job == nullptr || job->state != JobState::kWaiting || WhyJobWaits(*m_, *job, now_)) {
      return false;
    }
    job->state = JobState::kLeased;
    ++job->attempt;
    if (!Seeded(SeededBug::kEpochKeptByLease) || job->epoch == 0) job->epoch = ++m_->last_epoch;
    job->worker = i.worker;
    job->leased_at = now_;
    return true;
  }

  bool operator()(const ReportInput& i) const {
    Job* job = FindLease(i.job, i.epoch);
    if (job == nullptr) return false;
    RecordCounters(i.counters, job);
    switch (i.outcome) {
      case ReportInput::Outcome::kDone:
        // Even when it was told to stop: what it did is a fact.
        job->stopping = false;
        RecordDone(i, now_, m_, job);
        return true;
      case ReportInput::Outcome::kFailed:
        Fail(m_, job, now_, i.error, false);
        return true;
      case ReportInput::Outcome::kFailedForGood:
        Fail(m_, job, now_, i.error, true);
        return true;
      case ReportInput::Outcome::kReturned:
        job->failures = 0;
        EndAttempt(m_, job, now_, false);
        return true;
    }
    std::abort();  // Not reached: the switch is exhaustive.
  }

  bool operator()(const LeaseLostInput& i) const {
    Job* job = FindLease(i.job, i.epoch);
    if (job == nullptr) return false;
    RecordCounters(i.counters, job);
    Fail(m_, job, now_, i.why, false);
    return true;
  }

  bool operator()(const TickInput&) const { return false; }

  bool operator()(const RestoredInput& i) const {
    if (!TakeForOutdated(i.generation, m_)) return false;
    // The lost history may have answered commit again.
    BeginAnew();
    return true;
  }

  bool operator()(const ClockInput&) const { return BeginAnew(); }

 private:
  // What seems not to have begun: a state, until it is stuck or undone by itself; the horizon; a
  // grace.
  bool BeginAnew() const {
    const bool is_ahead = m_->entered > now_;
    if (is_ahead) m_->entered = now_;
    absl::Time& begun = m_->state == State::kSwitched ? m_->switched : m_->commit_answered;
    if (!RestsOnClock(*m_, now_) || begun == now_) return is_ahead;
    begun = now_;
    m_->source_seen = std::min(m_->source_seen, now_);
    return true;
  }

  Job* FindLease(int number, uint64_t epoch) const {
    Job* job = FindJob(m_, number);
    if (job == nullptr || job->state != JobState::kLeased) return nullptr;
    return job->epoch == epoch || Seeded(SeededBug::kStaleReportCounts) ? job : nullptr;
  }

  bool RecordAtTarget(const TrafficInput& i) const {
    const absl::Time seen = SeenAt(i);
    if (m_->proof || seen < TrafficProvesFrom(*m_) || seen < m_->commit_answered) return false;
    m_->proof = SwitchProof{"TARGET_TRAFFIC", now_, absl::StrCat(actor_, " via ", i.via)};
    return true;
  }

  absl::Time SeenAt(const TrafficInput& i) const { return std::min(now_, i.seen); }

  // Whoever still comes to the source contradicts a proof that has not been
  // acted upon. A late report counts as a new one: that only makes us wait.
  bool RecordAtSource() const {
    if (!m_->proof && now_ < m_->source_seen + kTrafficResolution) return false;
    m_->source_seen = now_;
    m_->proof.reset();
    return true;
  }

  bool RecordAfterSwitch(const TrafficInput& i) const {
    if (m_->no_op || i.realm != m_->source || m_->counter_proof) return false;
    // One from before the switch may be reported late.
    if (SeenAt(i) < m_->switched + kStragglers) return false;
    m_->source_seen = SeenAt(i);
    m_->counter_proof = true;
    return true;
  }

  absl::Time now_;
  absl::string_view actor_;
  Migration* m_;
};

}  // namespace

bool RecordFacts(const Input& input, absl::Time now, Migration* migration) {
  return std::visit(Recorder(now, input.actor, migration), input.body);
}

bool RecordTime(absl::Time now, Migration* m) {
  bool changed = false;
  if (now >= ElapsedProofAt(*m)) {
    m->proof =
        SwitchProof{"ELAPSED", now,
                    absl::StrCat("clock after ", absl::FormatDuration(*m->terms.accept_elapsed))};
    changed = true;
  }
  if (!m->stuck && now >= StuckAt(*m)) {
    m->stuck = true;
    changed = true;
  }
  return changed;
}

}  // namespace realm::coordinator
