#include "coordinator/ctl/migration_text.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

#include "coordinator/ctl/progress_text.h"
#include "coordinator/ctl/table.h"
#include "coordinator/ctl/wire_time.h"

namespace realm::ctl {
namespace {

std::string RouteOf(const v1::Migration& migration) {
  return absl::StrCat(migration.source_realm(), " -> ", migration.target_realm());
}

// "KIND_COPY" as "copy".
std::string WordOf(const std::string& enumerator, absl::string_view prefix) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(absl::StripPrefix(enumerator, prefix)),
                             {{"_", "-"}});
}

std::string KindText(const v1::Job& job) {
  return WordOf(v1::Job::Kind_Name(job.kind()), "KIND_");
}

bool Is(const v1::Job& job, v1::Job::State state) {
  return job.state() == state;
}

// What happens to the transfer now, or what was reached last.
std::string TransferState(const v1::Migration& migration, const v1::Transfer& transfer) {
  for (const v1::Job& job : migration.jobs()) {
    if (job.transfer_name() != transfer.transfer_name()) continue;
    if (Is(job, v1::Job::STATE_LEASED)) {
      return job.phase().empty() ? absl::StrCat(KindText(job), " starts") : job.phase();
    }
    if (Is(job, v1::Job::STATE_WAITING)) return absl::StrCat(KindText(job), " waits");
  }
  if (transfer.purged()) return "moved";
  if (transfer.opened()) return "open at target";
  if (transfer.verified()) return "verified";
  return "pending";
}

const v1::Job* LatestJob(const v1::Migration& migration, const std::string& transfer) {
  const v1::Job* latest = nullptr;
  for (const v1::Job& job : migration.jobs()) {
    if (job.transfer_name() == transfer) latest = &job;
  }
  return latest;
}

std::string VerifiedText(const v1::Transfer& transfer) {
  int64_t records = 0;
  int64_t bytes = 0;
  for (const v1::TableManifest& table : transfer.manifest()) {
    records += table.records();
    bytes += table.bytes();
  }
  if (!transfer.verified()) return "";
  return absl::StrCat(FormatCount(records), " equal, ", FormatBytes(bytes));
}

std::string TransfersText(const v1::Migration& migration, const TimeStyle& times) {
  Table table({"TRANSFER", "BLOCKING", "STATE", "PROGRESS", "ATTEMPT", "WORKER", "VERIFIED"});
  for (const v1::Transfer& transfer : migration.transfers()) {
    const v1::Job* job = LatestJob(migration, transfer.transfer_name());
    const bool running = job != nullptr && Is(*job, v1::Job::STATE_LEASED);
    const v1::Progress progress = running               ? job->progress()
                                  : transfer.verified() ? WholeOf(transfer)
                                                        : transfer.progress();
    table.Add({transfer.transfer_name(), transfer.blocking() ? "yes" : "no",
               TransferState(migration, transfer), ProgressText(progress, times.now),
               job == nullptr ? "" : absl::StrCat(job->attempt()), running ? job->worker_id() : "",
               VerifiedText(transfer)});
  }
  return table.Text();
}

std::string WindowText(const v1::Migration& migration, const TimeStyle& times) {
  const absl::Time start = ToTime(migration.window_start_time());
  const absl::Time end = ToTime(migration.window_end_time());
  std::string text =
      absl::StrCat(FormatTime(start, {times.now, false}), " .. ",
                   FormatTime(end, {times.now, false}), " (", FormatSpan(end - start), ")");
  if (IsOver(migration)) return text;
  if (times.now < start) return absl::StrCat(text, ", opens in ", FormatSpan(start - times.now));
  if (times.now < end) return absl::StrCat(text, ", ", FormatSpan(end - times.now), " left");
  return absl::StrCat(text, ", over");
}

std::string WritesText(const v1::Migration& migration) {
  if (migration.writable_realm().empty()) return "writes: nowhere (sealed)";
  return absl::StrCat("writes: ", migration.writable_realm(), " only");
}

using Facts = std::vector<std::pair<std::string, std::string>>;

Facts FactsOf(const v1::Migration& migration, const TimeStyle& times) {
  const v1::MigrationRef& ref = migration.ref();
  Facts facts = {{"Migration", absl::StrCat(ref.migration_id(), "  ", ref.tenant_id(), "  (",
                                            ref.app_id(), ")")},
                 {"Route", absl::StrCat(RouteOf(migration), "   epoch ", migration.epoch(), "   ",
                                        WritesText(migration),
                                        migration.no_op() ? "   no-op: one store" : "")},
                 {"Window", WindowText(migration, times)},
                 {"State", absl::StrCat(StateText(migration), " since ",
                                        FormatTime(ToTime(migration.state_enter_time()), times))},
                 {"Status hook", absl::StrCat("\"", migration.status(), "\"")}};
  if (migration.has_failure()) {
    facts.emplace_back(
        "Failure", absl::StrCat(migration.failure().reason(), ": ", migration.failure().message(),
                                " (", migration.failure().error_response_code(), ")"));
  }
  if (migration.has_switch_proof()) {
    const v1::SwitchProof& proof = migration.switch_proof();
    facts.emplace_back("Switch proof",
                       absl::StrCat(proof.kind(), " ", FormatTime(ToTime(proof.time()), times),
                                    " by ", proof.actor()));
  }
  if (!migration.plan_digest().empty()) {
    facts.emplace_back("Plan digest", migration.plan_digest());
  }
  if (!migration.frozen().empty()) facts.emplace_back("Frozen", migration.frozen());
  if (migration.stuck()) facts.emplace_back("Stuck", "waits for what only an operator can give");
  return facts;
}

std::string BlockersText(const v1::Migration& migration, const TimeStyle& times) {
  Table table({"", "", "", ""});
  for (const v1::Blocker& blocker : migration.blockers()) {
    const absl::Time since = ToTime(blocker.since_time());
    table.Add(
        {absl::StrCat("  ", blocker.reason()),
         since == absl::InfinitePast() ? "" : absl::StrCat("since ", FormatTime(since, times)),
         blocker.job_id(), blocker.detail()});
  }
  return table.empty() ? "" : absl::StrCat("Waiting on\n", table.Text());
}

std::string StallText(const v1::Migration& migration, absl::Time now) {
  std::string text = MigrationProgressText(migration, now);
  const size_t at = text.find("stalled ");
  return at == std::string::npos ? "" : text.substr(at + 8);
}

// While nothing runs.
v1::Progress StandingProgress(const v1::Migration& migration) {
  v1::Progress whole;
  for (const v1::Transfer& transfer : migration.transfers()) {
    if (!transfer.verified()) return migration.progress();
    const v1::Progress one = WholeOf(transfer);
    whole.set_records_done(whole.records_done() + one.records_done());
    whole.set_bytes_done(whole.bytes_done() + one.bytes_done());
  }
  whole.set_records_total_estimate(whole.records_done());
  whole.set_bytes_total_estimate(whole.bytes_done());
  whole.set_totals_exact(true);
  return whole;
}

}  // namespace

std::string StateText(const v1::Migration& migration) {
  if (!migration.frozen().empty()) return "frozen";
  if (migration.state() == v1::Migration::STATE_SWITCHED) return "switched";
  return migration.status();
}

bool IsOver(const v1::Migration& migration) {
  return migration.state() == v1::Migration::STATE_COMMITTED ||
         migration.state() == v1::Migration::STATE_ROLLED_BACK ||
         migration.state() == v1::Migration::STATE_CANCELLED;
}

bool IsAtWork(const v1::Migration& migration) {
  return std::any_of(migration.jobs().begin(), migration.jobs().end(),
                     [](const v1::Job& job) { return Is(job, v1::Job::STATE_LEASED); });
}

std::string WaitingText(const v1::Migration& migration) {
  if (!migration.frozen().empty()) return migration.frozen();
  if (migration.blockers().empty()) return "";
  const v1::Blocker& first = migration.blockers(0);
  const int more = migration.blockers_size() - 1;
  return absl::StrCat(first.detail().empty() ? first.reason() : first.detail(),
                      more > 0 ? absl::StrCat(" (and ", more, " more)") : "");
}

std::string MigrationProgressText(const v1::Migration& migration, absl::Time now) {
  v1::Progress total;
  total.set_totals_exact(true);
  for (const v1::Job& job : migration.jobs()) {
    if (!Is(job, v1::Job::STATE_LEASED)) continue;
    const v1::Progress& one = job.progress();
    total.set_records_done(total.records_done() + one.records_done());
    total.set_records_total_estimate(total.records_total_estimate() + one.records_total_estimate());
    total.set_bytes_done(total.bytes_done() + one.bytes_done());
    total.set_bytes_total_estimate(total.bytes_total_estimate() + one.bytes_total_estimate());
    total.set_bytes_per_second(total.bytes_per_second() + one.bytes_per_second());
    total.set_totals_exact(total.totals_exact() && one.totals_exact());
    if (ToTime(one.last_progress_time()) > ToTime(total.last_progress_time())) {
      *total.mutable_last_progress_time() = one.last_progress_time();
    }
  }
  if (IsAtWork(migration)) return ProgressText(total, now);
  const v1::Progress progress = StandingProgress(migration);
  return progress.records_total_estimate() > 0 ? ProgressText(progress, now) : "";
}

std::string ListText(const std::vector<v1::Migration>& migrations, const TimeStyle& times) {
  Table table({"MIGRATION", "TENANT", "ROUTE", "STATE", "PROGRESS", "STALLED", "WINDOW LEFT",
               "WAITING ON"});
  for (const v1::Migration& migration : migrations) {
    const absl::Duration left = ToTime(migration.window_end_time()) - times.now;
    const bool matters = !IsOver(migration) && migration.state() != v1::Migration::STATE_SWITCHED;
    table.Add({migration.ref().migration_id(), migration.ref().tenant_id(), RouteOf(migration),
               StateText(migration), IsAtWork(migration) ? PercentText(migration.progress()) : "",
               StallText(migration, times.now),
               !matters                      ? ""
               : left > absl::ZeroDuration() ? FormatSpan(left)
                                             : "over",
               WaitingText(migration)});
  }
  return table.Text();
}

std::string DescriptionText(const v1::Migration& migration, const std::vector<v1::Event>& recent,
                            const TimeStyle& times) {
  Table facts({"", ""});
  for (auto& [name, value] : FactsOf(migration, times))
    facts.Add({name, value});
  std::string text = absl::StrCat(facts.Text(), "\n", TransfersText(migration, times));
  const std::string blockers = BlockersText(migration, times);
  if (!blockers.empty()) absl::StrAppend(&text, "\n", blockers);
  if (!recent.empty()) absl::StrAppend(&text, "\nRecent\n");
  for (const v1::Event& event : recent)
    absl::StrAppend(&text, "  ", EventText(event, times), "\n");
  return text;
}

std::string EventText(const v1::Event& event, const TimeStyle& times) {
  std::vector<std::string> parts = {FormatTime(ToTime(event.time()), times), event.input()};
  if (event.state_before() != event.state_after()) {
    parts.push_back(absl::StrCat(event.state_before(), " -> ", event.state_after()));
  }
  if (!event.detail().empty()) parts.push_back(event.detail());
  parts.push_back(absl::StrCat("(", event.actor(), ")"));
  return Printable(absl::StrJoin(parts, "  "));
}

}  // namespace realm::ctl
