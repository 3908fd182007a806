#include "tests/sim/world/sim_source.h"

#include <algorithm>
#include <utility>

#include "common/status_macros.h"
#include "worker/job/stores.h"

namespace realm::sim {
namespace {

using worker::KeyRange;
using worker::Page;
using worker::RangeDigest;

// As the real client: about so often and so long before the attempt fails.
constexpr int kRounds = 4;
constexpr absl::Duration kPause = absl::Seconds(2);
constexpr absl::Duration kTimeout = absl::Seconds(10);

absl::Status Unreached() {
  return absl::UnavailableError("no worker of the source realm answered");
}

bool IsUnreached(const absl::Status& status) {
  return absl::IsUnavailable(status);
}
template <typename T>
bool IsUnreached(const absl::StatusOr<T>& answer) {
  return absl::IsUnavailable(answer.status());
}

// A store's connector in the source worker, without the wire in between: the call has its own.
class SealingConnector final : public worker::Connector {
 public:
  SealingConnector(RealmStore* store, std::string tenant)
      : store_(store), tenant_(std::move(tenant)) {}
  absl::StatusOr<worker::Control> GetControl() override { return store_->GetControl(tenant_); }
  absl::Status SetAccess(uint64_t generation, uint64_t epoch, worker::Access access) override {
    return store_->SetAccess(tenant_, generation, epoch, access);
  }

  const std::vector<std::string>& Tables() const override { return none_; }
  absl::StatusOr<std::string> SchemaFingerprint() override { return No(); }
  absl::StatusOr<worker::Estimate> EstimateTable(absl::string_view) override { return No(); }
  absl::StatusOr<std::unique_ptr<worker::Reader>> Read(absl::string_view,
                                                       const KeyRange&) override {
    return No();
  }
  absl::StatusOr<std::unique_ptr<worker::Digester>> Digest(absl::string_view, const KeyRange&,
                                                           absl::string_view) override {
    return No();
  }
  absl::StatusOr<RangeDigest> DigestOf(absl::string_view, const KeyRange&, absl::string_view,
                                       int64_t) override {
    return No();
  }
  absl::Status RaiseFence(const worker::Token&) override { return No(); }
  absl::Status Write(const worker::Token&, absl::string_view, const Page&,
                     absl::string_view) override {
    return No();
  }
  absl::StatusOr<int64_t> Erase(const worker::Token&, absl::string_view, const KeyRange&, int64_t,
                                absl::string_view) override {
    return No();
  }
  absl::Status EraseVerified(const worker::Token&, absl::string_view, const RangeDigest&,
                             absl::string_view, absl::string_view) override {
    return No();
  }
  absl::Status SaveCursor(const worker::Token&, absl::string_view) override { return No(); }
  absl::Status Sync() override { return absl::OkStatus(); }

 private:
  static absl::Status No() { return absl::UnimplementedError("for sealing only"); }

  RealmStore* const store_;
  const std::string tenant_;
  const std::vector<std::string> none_;
};

// Items are read ahead, as the real streams do: what is used may be older than the moment.
template <typename Base, typename Item>
class SourceStream final : public Base {
 public:
  using Read = std::function<Item(RealmStore*, const KeyRange&)>;
  using KeyOf = std::function<const std::string&(const Item&)>;
  SourceStream(SimSource* source, std::string dataset, KeyRange rest, Read read, KeyOf key_of)
      : source_(source),
        dataset_(std::move(dataset)),
        rest_(std::move(rest)),
        read_(std::move(read)),
        key_of_(std::move(key_of)) {}

  absl::StatusOr<Item> Next() override {
    if (ahead_.empty()) RETURN_IF_ERROR(Fetch());
    Item out = std::move(ahead_.front());
    ahead_.pop_front();
    return out;
  }

 private:
  using Items = std::vector<Item>;

  absl::Status Fetch() {
    const int64_t most = source_->ground()->random.Between(1, 4);
    const std::function<absl::StatusOr<Items>(RealmStore*)> effect =
        [most, read = read_, key_of = key_of_, rest = rest_](RealmStore* store) mutable {
          Items items;
          while (static_cast<int64_t>(items.size()) < most) {
            items.push_back(read(store, rest));
            if (items.back().record_count == 0) break;
            rest.after = key_of(items.back());
          }
          return absl::StatusOr<Items>(std::move(items));
        };
    ASSIGN_OR_RETURN(Items items, source_->Ask<absl::StatusOr<Items>>(dataset_, effect));
    for (Item& item : items) {
      if (item.record_count > 0) rest_.after = key_of_(item);
      ahead_.push_back(std::move(item));
    }
    return absl::OkStatus();
  }

  SimSource* const source_;
  const std::string dataset_;
  KeyRange rest_;
  const Read read_;
  const KeyOf key_of_;
  std::deque<Item> ahead_;
};

}  // namespace

Fate SimSource::NextFate() const {
  Fate fate;
  fate.there = ground_->Latency();
  fate.back = ground_->Latency();
  fate.timeout = kTimeout;
  fate.lost = ground_->Loses() || IsCut(ground_->wires.data_cut, own_realm_);
  fate.answer_lost = ground_->Loses();
  return fate;
}

template <typename Answer>
Answer SimSource::Ask(const std::string& dataset, std::function<Answer(RealmStore*)> effect) {
  for (int round = 0; round < kRounds; ++round) {
    for (const v1::DataEndpoint& endpoint : order_.source_endpoints()) {
      if (stop_.StopRequested()) return absl::CancelledError("stopped on request");
      const auto& served = endpoint.datasets();
      if (std::count(served.begin(), served.end(), dataset) == 0) continue;
      SourcePeer* peer = find_(endpoint.address());
      if (peer == nullptr || !peer->process->up) continue;
      RealmStore* store = peer->store(dataset);
      const auto guarded = [store, effect]() -> Answer {
        if (store == nullptr || store->trouble().down > 0) return Unreached();
        return effect(store);
      };
      const Fate fate = NextFate();
      if (!fate.lost && ground_->Doubles()) {
        // What was sent again by something in between, and overtakes or comes late.
        ground_->loop.After(ground_->Latency() + ground_->Latency(), peer->process,
                            [guarded] { static_cast<void>(guarded()); });
      }
      Answer answer = Call<Answer>(ground_->loop, life_, peer->process, fate, guarded, Unreached());
      if (!IsUnreached(answer)) return answer;
    }
    if (!Sleep(ground_->loop, life_, kPause)) break;
  }
  return Unreached();
}

absl::StatusOr<worker::SourceDataset> SimSource::Describe(const DatasetName& dataset) {
  using Answer = absl::StatusOr<worker::SourceDataset>;
  return Ask<Answer>(dataset.value(), [tenant = tenant()](RealmStore* store) -> Answer {
    worker::SourceDataset out;
    out.kind = "sim";
    out.schema_fingerprint = std::string(32, 's');
    out.tables = {""};
    out.estimates = {store->EstimateOf(tenant)};
    worker::Note(store->Find(tenant)->control, &out);
    return out;
  });
}

absl::StatusOr<std::unique_ptr<worker::Reader>> SimSource::ReadPages(const DatasetName& dataset,
                                                                     absl::string_view,
                                                                     const KeyRange& range) {
  return std::make_unique<SourceStream<worker::Reader, Page>>(
      this, dataset.value(), range,
      [tenant = tenant()](RealmStore* store, const KeyRange& rest) {
        return store->ReadPage(tenant, rest);
      },
      [](const Page& page) -> const std::string& { return page.last_key; });
}

absl::StatusOr<std::unique_ptr<worker::Digester>> SimSource::ReadDigests(const DatasetName& dataset,
                                                                         absl::string_view,
                                                                         const KeyRange& range) {
  return std::make_unique<SourceStream<worker::Digester, RangeDigest>>(
      this, dataset.value(), range,
      [tenant = tenant(), key = digest_key()](RealmStore* store, const KeyRange& rest) {
        return store->NextRange(tenant, rest, key);
      },
      [](const RangeDigest& digest) -> const std::string& { return digest.range.last; });
}

absl::Status SimSource::Seal(const std::vector<DatasetName>& datasets) {
  for (const DatasetName& dataset : datasets) {
    RETURN_IF_ERROR(
        Ask<absl::Status>(dataset.value(), [tenant = tenant(), generation = order_.generation(),
                                            epoch = order_.epoch()](RealmStore* store) {
          SealingConnector connector(store, tenant);
          return worker::CloseAccess(connector, generation, epoch);
        }));
  }
  return absl::OkStatus();
}

}  // namespace realm::sim
