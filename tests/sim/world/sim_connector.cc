#include "tests/sim/world/sim_connector.h"

#include <vector>

#include "common/digest.h"
#include "common/limits.h"

namespace realm::sim {
namespace {

using worker::Access;
using worker::Control;
using worker::KeyRange;
using worker::Page;
using worker::RangeDigest;
using worker::Token;

absl::Status Gone() {
  return absl::UnavailableError("the store cannot be reached");
}

class SimConnector final : public worker::Connector {
 public:
  SimConnector(Ground* ground, Life life, RealmStore* store, std::string tenant)
      : ground_(ground), life_(life), store_(store), tenant_(std::move(tenant)) {}

  const std::vector<std::string>& Tables() const override {
    static const auto* tables = new std::vector<std::string>{""};
    return *tables;
  }
  absl::StatusOr<std::string> SchemaFingerprint() override { return std::string(32, 's'); }
  absl::StatusOr<worker::Estimate> EstimateTable(absl::string_view) override {
    return store_->EstimateOf(tenant_);
  }

  absl::StatusOr<std::unique_ptr<worker::Reader>> Read(absl::string_view,
                                                       const KeyRange& range) override;
  absl::StatusOr<std::unique_ptr<worker::Digester>> Digest(absl::string_view, const KeyRange& range,
                                                           absl::string_view key) override;

  absl::StatusOr<RangeDigest> DigestOf(absl::string_view, const KeyRange& range,
                                       absl::string_view key, int64_t record_limit) override {
    return Ask<absl::StatusOr<RangeDigest>>([store = store_, tenant = tenant_, range,
                                             key = std::string(key),
                                             record_limit]() -> absl::StatusOr<RangeDigest> {
      return store->DigestRange(tenant, range, key, record_limit);
    });
  }
  absl::StatusOr<Control> GetControl() override {
    return Ask<absl::StatusOr<Control>>(
        [store = store_, tenant = tenant_] { return store->GetControl(tenant); });
  }
  absl::Status RaiseFence(const Token& token) override {
    return Ask<absl::Status>(
        [store = store_, tenant = tenant_, token] { return store->RaiseFence(tenant, token); },
        JobCall::kClaims);
  }
  absl::Status SetAccess(uint64_t generation, uint64_t epoch, Access access) override {
    return Ask<absl::Status>(
        [store = store_, tenant = tenant_, generation, epoch, access] {
          return store->SetAccess(tenant, generation, epoch, access);
        },
        JobCall::kClaims);
  }
  absl::Status Write(const Token& token, absl::string_view, const Page& page,
                     absl::string_view cursor) override {
    return Ask<absl::Status>(
        [store = store_, tenant = tenant_, token, page, cursor = std::string(cursor)] {
          return store->Write(tenant, token, page, cursor);
        },
        JobCall::kChanges);
  }
  absl::StatusOr<int64_t> Erase(const Token& token, absl::string_view, const KeyRange& range,
                                int64_t limit, absl::string_view cursor) override {
    return Ask<absl::StatusOr<int64_t>>(
        [store = store_, tenant = tenant_, token, range, limit, cursor = std::string(cursor)] {
          return store->Erase(tenant, token, range, limit, cursor);
        },
        JobCall::kChanges);
  }
  absl::Status EraseVerified(const Token& token, absl::string_view, const RangeDigest& expected,
                             absl::string_view key, absl::string_view cursor) override {
    return Ask<absl::Status>(
        [store = store_, tenant = tenant_, token, expected, key = std::string(key),
         cursor = std::string(cursor)] {
          return store->EraseVerified(tenant, token, expected, key, cursor);
        },
        JobCall::kChanges);
  }
  absl::Status SaveCursor(const Token& token, absl::string_view cursor) override {
    return Ask<absl::Status>(
        [store = store_, tenant = tenant_, token, cursor = std::string(cursor)] {
          return store->SaveCursor(tenant, token, cursor);
        },
        JobCall::kChanges);
  }
  absl::Status Sync() override { return life_.over() ? Gone() : absl::OkStatus(); }

  // One answer of the store's, or UNAVAILABLE, whether or not it took effect.
  template <typename Answer, typename Effect>
  Answer Ask(Effect effect, JobCall call = JobCall::kReads) {
    if (life_.over()) return Gone();
    RealmStore::Trouble& trouble = store_->trouble();
    Fate fate;
    fate.unsent = ground_->before_job_call && ground_->before_job_call(life_.process(), call);
    fate.there = absl::Microseconds(ground_->random.Between(100, 900));
    fate.back = absl::Microseconds(ground_->random.Between(100, 900));
    fate.timeout = absl::Milliseconds(200);
    if (trouble.slow > absl::ZeroDuration() && ground_->random.Chance(300)) {
      ground_->CountFault("store-slow");
      fate.there += ground_->random.Between(absl::ZeroDuration(), trouble.slow);
      fate.back += ground_->random.Between(absl::ZeroDuration(), trouble.slow);
    }
    if (trouble.errors > 0 && ground_->random.Chance(trouble.errors)) {
      ground_->CountFault("store-error");
      (ground_->random.Chance(500) ? fate.lost : fate.answer_lost) = true;
    }
    const auto guarded = [store = store_, effect = std::move(effect)]() mutable -> Answer {
      if (store->trouble().down > 0) return Gone();
      return effect();
    };
    return Call<Answer>(ground_->loop, life_, nullptr, fate, guarded, Gone());
  }

 private:
  friend class SimReader;
  friend class SimDigester;

  Ground* const ground_;
  const Life life_;
  RealmStore* const store_;
  const std::string tenant_;
};

class SimReader final : public worker::Reader {
 public:
  SimReader(SimConnector* connector, KeyRange rest)
      : connector_(connector), rest_(std::move(rest)) {}
  absl::StatusOr<Page> Next() override {
    absl::StatusOr<Page> page = connector_->Ask<absl::StatusOr<Page>>(
        [store = connector_->store_, tenant = connector_->tenant_,
         rest = rest_]() -> absl::StatusOr<Page> { return store->ReadPage(tenant, rest); });
    if (page.ok() && page->record_count > 0) rest_.after = page->last_key;
    return page;
  }

 private:
  SimConnector* const connector_;
  KeyRange rest_;
};

class SimDigester final : public worker::Digester {
 public:
  SimDigester(SimConnector* connector, KeyRange rest, absl::string_view key)
      : connector_(connector), rest_(std::move(rest)), key_(key) {}
  absl::StatusOr<RangeDigest> Next() override {
    absl::StatusOr<RangeDigest> range = connector_->Ask<absl::StatusOr<RangeDigest>>(
        [store = connector_->store_, tenant = connector_->tenant_, rest = rest_,
         key = key_]() -> absl::StatusOr<RangeDigest> {
          return store->NextRange(tenant, rest, key);
        });
    if (range.ok() && range->record_count > 0) rest_.after = range->range.last;
    return range;
  }

 private:
  SimConnector* const connector_;
  KeyRange rest_;
  const std::string key_;
};

absl::StatusOr<std::unique_ptr<worker::Reader>> SimConnector::Read(absl::string_view,
                                                                   const KeyRange& range) {
  return std::make_unique<SimReader>(this, range);
}

absl::StatusOr<std::unique_ptr<worker::Digester>> SimConnector::Digest(absl::string_view,
                                                                       const KeyRange& range,
                                                                       absl::string_view key) {
  return std::make_unique<SimDigester>(this, range, key);
}

}  // namespace

absl::StatusOr<std::unique_ptr<worker::Connector>> SimDataset::Open(
    const worker::TenantScope& scope) {
  return std::make_unique<SimConnector>(ground_, life_, store_, scope.tenant_key);
}

}  // namespace realm::sim
