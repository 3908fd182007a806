#include "coordinator/ctl/demo_screen.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "coordinator/ctl/format.h"
#include "coordinator/ctl/progress_text.h"

namespace realm::ctl {

std::string HookLine(absl::string_view method, absl::string_view path, int status,
                     absl::string_view answer, absl::string_view remark) {
  std::string line = absl::StrFormat("  %-4s %-11s %3d  %-16s %s", method, path, status,
                                     Printable(answer), remark);
  while (line.back() == ' ')
    line.pop_back();
  return line + "\n";
}

v1::Progress ProgressOf(const v1::Migration& migration, const v1::Transfer& transfer) {
  for (const v1::Job& job : migration.jobs()) {
    const bool copies = job.kind() == v1::Job::KIND_COPY && job.state() == v1::Job::STATE_LEASED;
    // A second pass compares what the first has copied, and has little to copy itself.
    if (copies && job.transfer_name() == transfer.transfer_name() && !transfer.verified() &&
        job.progress().records_done() > 0) {
      return job.progress();
    }
  }
  return transfer.progress();
}

std::string TransferLine(const v1::Transfer& transfer, const v1::Progress& progress,
                         absl::string_view remark) {
  return absl::StrFormat("    %-8s %-12s %6s  %13s  %9s  %s\n", transfer.transfer_name(),
                         transfer.blocking() ? "blocking" : "not blocking", PercentText(progress),
                         CountText(progress), FormatBytes(progress.bytes_done()), remark);
}

std::string VerifyLine(const v1::Transfer& transfer) {
  // Equal digests over every range leave nothing missing, nothing extra and nothing different.
  return absl::StrFormat("    %-8s %-12s %s compared, 0 missing, 0 extra, 0 different\n", "verify",
                         transfer.transfer_name(), FormatCount(RecordsOf(transfer)));
}

void TransferBoard::Show(const v1::Migration& migration, absl::Time began, absl::Time now) {
  std::vector<std::string> lines;
  for (const v1::Transfer& transfer : migration.transfers()) {
    const std::string& name = transfer.transfer_name();
    if (std::find(printed_.begin(), printed_.end(), name) != printed_.end()) continue;
    lines_[name] = LineOf(migration, transfer, began, now);
    if (took_.count(name) == 0) {
      lines.push_back(lines_[name]);
      continue;
    }
    // Done: it moves above what is still drawn over.
    printed_.push_back(name);
    lines.insert(lines.begin(), lines_[name] + VerifyLine(transfer));
    Draw({lines.front()});
    lines_drawn_ = 0;
    lines.erase(lines.begin());
    lines_.erase(name);
  }
  if (console_.traits().out_is_terminal) Draw(lines);
}

void TransferBoard::Settle() {
  std::vector<std::string> lines;
  for (const auto& [name, line] : lines_)
    lines.push_back(line);
  Draw(lines);
  lines_drawn_ = 0;
  lines_.clear();
}

void TransferBoard::Draw(const std::vector<std::string>& lines) {
  std::string text;
  if (lines_drawn_ > 0) absl::StrAppend(&text, "\033[", lines_drawn_, "A\033[J");
  for (const std::string& line : lines)
    text += line;
  lines_drawn_ = static_cast<int>(lines.size());
  console_.Print(text);
}

std::string TransferBoard::LineOf(const v1::Migration& migration, const v1::Transfer& transfer,
                                  absl::Time began, absl::Time now) {
  const std::string& name = transfer.transfer_name();
  if (transfer.verified()) {
    const absl::Duration took = took_.try_emplace(name, now - began).first->second;
    return TransferLine(transfer, WholeOf(transfer), absl::StrCat("done in ", FormatElapsed(took)));
  }
  const v1::Progress progress = ProgressOf(migration, transfer);
  RateRange rates;
  rates.Widen(progress.bytes_per_second());
  return TransferLine(transfer, progress, EtaText(progress, rates, now));
}

}  // namespace realm::ctl
