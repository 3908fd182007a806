#include "tests/scenarios/portrait.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "coordinator/core/view.h"
#include "tests/scenarios/command.h"

namespace realm::coordinator {
namespace {

std::string JobStanding(const Migration& m, const Job& job, absl::Time now) {
  switch (job.state) {
    case JobState::kWaiting: {
      const auto wait = WhyJobWaits(m, job, now);
      return wait ? absl::StrCat("waits, ", wait->reason, ": ", wait->detail) : "ready";
    }
    case JobState::kLeased:
      return absl::StrCat("leased to ", job.worker.value(), ", attempt ", job.attempt, ", epoch ",
                          job.epoch, job.stopping ? ", told to stop" : "");
    case JobState::kDone:
    case JobState::kFailed:
    case JobState::kCancelled:
      return std::string(ToString(job.state));
  }
  return "";
}

std::string JobLine(const Migration& m, const Job& job, absl::Time now) {
  return absl::StrCat(job.transfer.value(), "/", ToString(job.kind), " #", job.number, " in ",
                      job.realm.value(), job.final_pass ? " under the seal" : "", ": ",
                      JobStanding(m, job, now));
}

std::string EntryLine(const Tenant& t) {
  return absl::StrCat(
      "directory: ", t.realm.value(), ", ", t.writable ? "writable" : "read-only",
      t.read_through.empty() ? "" : absl::StrCat(", reads through to ", t.read_through.value()),
      ", epoch ", t.epoch, t.installed ? "" : ", not installed",
      t.active.empty() ? "" : absl::StrCat(", under way: ", t.active.value()));
}

void DescribeFacts(const Migration& m, std::vector<std::string>* out) {
  if (m.no_op) out->push_back("a no-op");
  if (m.failure)
    out->push_back(absl::StrCat("failure: ", m.failure->reason, ": ", m.failure->message));
  if (m.proof) out->push_back(absl::StrCat("proof: ", m.proof->kind, " by ", m.proof->actor));
  if (m.source_seen != absl::InfinitePast()) {
    out->push_back(absl::StrCat("the tenant was at the source at ", ShowClock(m.source_seen)));
  }
  if (m.stuck) out->push_back("stuck");
  if (const auto wait = WhyMigrationWaits(m)) {
    out->push_back(absl::StrCat("waits, ", wait->reason, ": ", wait->detail));
  }
}

}  // namespace

std::vector<std::string> Portrait(const Migration* m, const Tenant* tenant, absl::Time now) {
  std::vector<std::string> out;
  if (m != nullptr) {
    out.push_back(absl::StrCat("window: ", ShowClock(m->window.start), " to ",
                               ShowClock(m->window.end), ", ", m->source.value(), " to ",
                               m->target.value()));
    DescribeFacts(*m, &out);
    for (const Job& job : m->jobs)
      out.push_back(JobLine(*m, job, now));
  }
  if (tenant != nullptr) out.push_back(EntryLine(*tenant));
  return out;
}

std::vector<std::string> NewLines(const std::vector<std::string>& before,
                                  const std::vector<std::string>& after) {
  std::vector<std::string> out;
  for (const std::string& line : after) {
    if (std::find(before.begin(), before.end(), line) == before.end()) out.push_back(line);
  }
  return out;
}

}  // namespace realm::coordinator
