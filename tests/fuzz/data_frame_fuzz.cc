// What the source realm's worker may send to a copy: descriptions, pages and digests of any content
// and in any order. The copy ends; other tenants' records stay as they are; and what it reports as
// done is what the target then holds.

#include "common/digest.h"
#include "common/status_macros.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/worker/job_world.h"
#include "worker/rpc/data_frames.h"

namespace realm::fuzz {
namespace {

using worker::Page;
using worker::RangeDigest;

// Frames of the wire from the input, until it is used up: then nobody answers.
class Wire {
 public:
  explicit Wire(Input in) : in_(in) {}

  template <typename Frame>
  absl::StatusOr<Frame> Next() {
    if (in_.empty()) return absl::UnavailableError("the source has gone");
    Frame frame;
    if (!frame.ParseFromString(std::string(in_.Text()))) {
      return absl::UnavailableError("the stream broke");
    }
    return frame;
  }

 private:
  Input in_;
};

class Pages final : public worker::Reader {
 public:
  explicit Pages(Wire& wire) : wire_(wire) {}
  absl::StatusOr<Page> Next() override {
    ASSIGN_OR_RETURN(v1::ReadPagesResponse frame, wire_.Next<v1::ReadPagesResponse>());
    return worker::FromFrame(std::move(frame));
  }

 private:
  Wire& wire_;
};

class Digests final : public worker::Digester {
 public:
  explicit Digests(Wire& wire) : wire_(wire) {}
  absl::StatusOr<RangeDigest> Next() override {
    ASSIGN_OR_RETURN(v1::ReadDigestsResponse frame, wire_.Next<v1::ReadDigestsResponse>());
    return worker::FromFrame(std::move(frame));
  }

 private:
  Wire& wire_;
};

class HostileRealm final : public worker::SourceRealm {
 public:
  explicit HostileRealm(Wire& wire) : wire_(wire) {}

  absl::StatusOr<worker::SourceDataset> Describe(const DatasetName& /*dataset*/) override {
    ASSIGN_OR_RETURN(const auto frame, wire_.Next<v1::DescribeDatasetResponse>());
    return worker::FromFrame(frame);
  }
  absl::StatusOr<std::unique_ptr<worker::Reader>> ReadPages(const DatasetName& /*dataset*/,
                                                            absl::string_view /*table*/,
                                                            const worker::KeyRange&) override {
    return std::make_unique<Pages>(wire_);
  }
  absl::StatusOr<std::unique_ptr<worker::Digester>> ReadDigests(const DatasetName& /*dataset*/,
                                                                absl::string_view /*table*/,
                                                                const worker::KeyRange&) override {
    return std::make_unique<Digests>(wire_);
  }
  absl::Status Seal(const std::vector<DatasetName>& /*datasets*/) override {
    return absl::OkStatus();
  }

 private:
  Wire& wire_;
};

std::string FrameSeed(const google::protobuf::MessageLite& frame) {
  return TextSeed(frame.SerializeAsString());
}

// A source that says what the memory store of the same records would.
class TruthfulSeed {
 public:
  explicit TruthfulSeed(int records) { jobs_.Seed(records); }

  std::string Frames(int records) {
    std::string seed = Description();
    auto connector =
        jobs_.source.stores->Open(DatasetName("notes"), AppId("app"), TenantId(worker::kTenant))
            .value();
    const auto reader = connector->Read("", {}).value();
    for (int read = 0; read < records; read += 3)
      seed += PageFrame(reader->Next().value());
    seed += End<v1::ReadPagesResponse>();
    const auto digester = connector->Digest("", {}, std::string(32, 'k')).value();
    for (int read = 0; read < records; read += 4)
      seed += DigestFrame(digester->Next().value());
    return seed + End<v1::ReadDigestsResponse>();
  }

  std::string Description() {
    v1::DescribeDatasetResponse frame;
    frame.set_kind("memory");
    frame.set_schema_fingerprint(Sha256(jobs_.source.store->options().schema));
    v1::TableDescription& table = *frame.add_tables();
    table.set_records_estimate(10);
    table.set_bytes_estimate(100);
    return FrameSeed(frame);
  }

 private:
  template <typename Frame>
  static std::string End() {
    Frame frame;
    frame.set_end(true);
    return FrameSeed(frame);
  }
  static std::string PageFrame(const Page& page) {
    v1::ReadPagesResponse frame;
    frame.set_records(page.records);
    frame.set_last_key(page.last_key);
    frame.set_record_count(page.record_count);
    return FrameSeed(frame);
  }
  static std::string DigestFrame(const RangeDigest& range) {
    v1::ReadDigestsResponse frame;
    frame.set_after(range.range.after);
    frame.set_last(range.range.last);
    frame.set_record_count(range.record_count);
    frame.set_byte_count(range.byte_count);
    frame.set_digest(range.digest);
    return FrameSeed(frame);
  }

  worker::JobWorld jobs_;
};

// What the manifest promises, recomputed from what the target holds.
void CheckManifest(const worker::JobWorld& jobs, const v1::TableManifest& table) {
  const auto held = jobs.target.store->records(worker::kTenant, "");
  REALM_CHECK(table.records() == static_cast<int64_t>(held.size()));
}

}  // namespace

void Run(absl::string_view input) {
  Input in(input);
  worker::JobWorld jobs;
  v1::JobOrder order = jobs.Order(v1::Job::KIND_COPY);
  order.set_seal_source(in.Byte() % 2 == 1);
  Wire wire(in);
  HostileRealm source(wire);
  worker::JobEnvironment environment;
  environment.realm = jobs.target.code;
  environment.stores = jobs.target.stores.get();
  environment.source = &source;
  environment.stop = &jobs.stop;
  environment.progress = &jobs.progress;
  const worker::Outcome outcome = worker::RunJob(order, environment);
  REALM_CHECK(jobs.NeighboursUntouched());
  REALM_CHECK(jobs.target.store->control(worker::kTenant).access == worker::Access::kClosed ||
              jobs.target.store->written() == 0);
  if (outcome.state != v1::JobReport::STATE_DONE || !order.seal_source()) return;
  for (const v1::TableManifest& table : outcome.result.manifest)
    CheckManifest(jobs, table);
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  for (const int records : {0, 2, 9}) {
    TruthfulSeed source(records);
    seeds.push_back('\0' + source.Frames(records));
    seeds.push_back('\1' + source.Frames(records));
  }
  return seeds;
}

}  // namespace realm::fuzz
