#include "coordinator/ctl/progress_text.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "coordinator/ctl/format.h"
#include "coordinator/ctl/wire_time.h"

namespace realm::ctl {
namespace {

constexpr absl::Duration kStalledAfter = absl::Seconds(60);
// Half the width of the narrowest interval, as a share of its middle.
constexpr double kSpreadMin = 1.0 / 6;
constexpr double kSpreadOfEstimate = 1.0 / 4;

// Bytes where they are known, else records.
double ShareDone(const v1::Progress& progress) {
  if (progress.bytes_total_estimate() > 0) {
    return static_cast<double>(progress.bytes_done()) /
           static_cast<double>(progress.bytes_total_estimate());
  }
  if (progress.records_total_estimate() > 0) {
    return static_cast<double>(progress.records_done()) /
           static_cast<double>(progress.records_total_estimate());
  }
  return 0;
}

bool IsComplete(const v1::Progress& progress) {
  return progress.totals_exact() && progress.records_done() >= progress.records_total_estimate() &&
         progress.bytes_done() >= progress.bytes_total_estimate();
}

// Nothing has begun, and nobody has looked how much there is.
bool IsUnknown(const v1::Progress& progress) {
  return !progress.totals_exact() && progress.records_done() == 0 &&
         progress.records_total_estimate() == 0;
}

// "6-9 min" in the unit that suits the longer one.
std::string SpanRange(double low_seconds, double high_seconds) {
  absl::string_view unit = "s";
  double divisor = 1;
  if (high_seconds >= 2 * 3600) {
    unit = "h";
    divisor = 3600;
  } else if (high_seconds >= 100) {
    unit = "min";
    divisor = 60;
  }
  const auto low = std::max<int64_t>(1, static_cast<int64_t>(std::floor(low_seconds / divisor)));
  const auto high = std::max(low + 1, static_cast<int64_t>(std::ceil(high_seconds / divisor)));
  return absl::StrCat(low, "-", high, " ", unit);
}

}  // namespace

void RateRange::Widen(int64_t bytes_per_second) {
  if (bytes_per_second <= 0) return;
  low = low == 0 ? bytes_per_second : std::min(low, bytes_per_second);
  high = std::max(high, bytes_per_second);
}

int64_t RecordsOf(const v1::Transfer& transfer) {
  int64_t records = 0;
  for (const v1::TableManifest& table : transfer.manifest())
    records += table.records();
  return records;
}

int64_t BytesOf(const v1::Transfer& transfer) {
  int64_t bytes = 0;
  for (const v1::TableManifest& table : transfer.manifest())
    bytes += table.bytes();
  return bytes;
}

v1::Progress WholeOf(const v1::Transfer& transfer) {
  v1::Progress whole;
  whole.set_records_done(RecordsOf(transfer));
  whole.set_records_total_estimate(whole.records_done());
  whole.set_bytes_done(BytesOf(transfer));
  whole.set_bytes_total_estimate(whole.bytes_done());
  whole.set_totals_exact(true);
  return whole;
}

std::string PercentText(const v1::Progress& progress) {
  if (IsComplete(progress)) return "100 %";
  const int percent = static_cast<int>(ShareDone(progress) * 100);
  // An estimate may be passed, and then more is left all the same.
  return absl::StrCat(std::clamp(percent, 0, 99), " %");
}

std::string CountText(const v1::Progress& progress) {
  return absl::StrCat(FormatCount(progress.records_done()), progress.totals_exact() ? "/" : "/~",
                      FormatCount(progress.records_total_estimate()));
}

std::string EtaText(const v1::Progress& progress, const RateRange& rates, absl::Time now) {
  if (IsComplete(progress)) return "";
  const absl::Time last = ToTime(progress.last_progress_time());
  if (last != absl::InfinitePast() && now - last >= kStalledAfter) {
    return absl::StrCat("stalled ", FormatSpan(now - last));
  }
  const double left = static_cast<double>(progress.bytes_total_estimate() - progress.bytes_done());
  if (ShareDone(progress) < 0.01 || rates.low <= 0 || left <= 0) return "";
  const double fastest = left / static_cast<double>(rates.high);
  const double slowest = left / static_cast<double>(rates.low);
  const double middle = (fastest + slowest) / 2;
  const double spread = progress.totals_exact() ? kSpreadMin : kSpreadOfEstimate;
  return absl::StrCat("ETA ", SpanRange(std::min(fastest, middle * (1 - spread)),
                                        std::max(slowest, middle * (1 + spread))));
}

std::string ProgressText(const v1::Progress& progress, const RateRange& rates, absl::Time now) {
  if (IsUnknown(progress)) return "";
  std::vector<std::string> parts = {PercentText(progress), CountText(progress)};
  const std::string eta = EtaText(progress, rates, now);
  const bool moves = progress.bytes_per_second() > 0 && !IsComplete(progress);
  if (moves && eta.rfind("stalled", 0) != 0) {
    parts.push_back(absl::StrCat(FormatBytes(progress.bytes_per_second()), "/s"));
  }
  if (!eta.empty()) parts.push_back(eta);
  return absl::StrJoin(parts, "  ");
}

std::string ProgressText(const v1::Progress& progress, absl::Time now) {
  RateRange rates;
  rates.Widen(progress.bytes_per_second());
  return ProgressText(progress, rates, now);
}

}  // namespace realm::ctl
