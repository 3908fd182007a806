// How far something is, with as much certainty as there is.

#ifndef REALMSHIFT_COORDINATOR_CTL_PROGRESS_TEXT_H_
#define REALMSHIFT_COORDINATOR_CTL_PROGRESS_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "realm/v1/types.pb.h"

namespace realm::ctl {

// What was seen of the rate: the slowest and the fastest of late, in bytes per second. Zero:
// unknown.
struct RateRange {
  int64_t low = 0;
  int64_t high = 0;

  // Takes another observation into account.
  void Widen(int64_t bytes_per_second);
};

// By its manifest: what verification found equal.
int64_t RecordsOf(const v1::Transfer& transfer);
int64_t BytesOf(const v1::Transfer& transfer);
// All of a transfer that is verified. What it reported last is of its last pass, which had next to
// nothing to copy.
v1::Progress WholeOf(const v1::Transfer& transfer);

// " 62 %", "100 %"; 100 only when nothing is left to do.
std::string PercentText(const v1::Progress& progress);

// "24,801/~40,000": the tilde where the total is an estimate.
std::string CountText(const v1::Progress& progress);

// "ETA 6-9 min", or "stalled 14m 00s" when nothing moved for a minute, or empty when there is no
// telling: under one percent, no rate, nothing left. The interval is never narrower than a sixth
// of its middle on either side, and wider for an estimated total.
std::string EtaText(const v1::Progress& progress, const RateRange& rates, absl::Time now);

// All of it: "62 %  24,801/~40,000  38.0 MiB/s  ETA 6-9 min".
std::string ProgressText(const v1::Progress& progress, const RateRange& rates, absl::Time now);
// With the rate that the progress itself states.
std::string ProgressText(const v1::Progress& progress, absl::Time now);

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_PROGRESS_TEXT_H_
