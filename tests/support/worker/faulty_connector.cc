#include "tests/support/worker/faulty_connector.h"

#include <map>
#include <vector>

namespace realm::worker {

void Faults::DieAt(int64_t k, When when) {
  absl::MutexLock lock(&mutex_);
  die_at_ = total_ + k;
  when_ = when;
}

void Faults::FailFrom(absl::string_view name, int64_t k, absl::Status status) {
  absl::MutexLock lock(&mutex_);
  failing_ = std::string(name);
  fail_from_ = counts_[failing_] + k;
  failure_ = std::move(status);
}

void Faults::Heal() {
  absl::MutexLock lock(&mutex_);
  die_at_ = 0;
  failing_.clear();
}

void Faults::Before(absl::string_view name, std::function<void()> act) {
  absl::MutexLock lock(&mutex_);
  acts_[std::string(name)] = std::move(act);
}

int64_t Faults::calls() const {
  absl::MutexLock lock(&mutex_);
  return total_;
}

int64_t Faults::calls(absl::string_view name) const {
  absl::MutexLock lock(&mutex_);
  const auto found = counts_.find(std::string(name));
  return found == counts_.end() ? 0 : found->second;
}

Faults::Verdict Faults::Judge(absl::string_view name) {
  std::function<void()> act;
  Verdict verdict;
  {
    absl::MutexLock lock(&mutex_);
    ++total_;
    const int64_t count = ++counts_[std::string(name)];
    const absl::Status dead = absl::UnavailableError("dead");
    if (die_at_ > 0 && total_ > die_at_) verdict.before = dead;
    if (die_at_ > 0 && total_ == die_at_) {
      (when_ == When::kBefore ? verdict.before : verdict.after) = dead;
    }
    if (name == failing_ && count >= fail_from_) verdict.before = failure_;
    const auto found = acts_.find(std::string(name));
    if (found != acts_.end()) act = found->second;
  }
  if (act) act();
  return verdict;
}

template <typename Result>
Result Faults::Pass(absl::string_view name, const std::function<Result()>& call) {
  const Verdict verdict = Judge(name);
  if (!verdict.before.ok()) return verdict.before;
  Result result = call();
  if (!verdict.after.ok()) return verdict.after;
  return result;
}

namespace {

class FaultyReader final : public Reader {
 public:
  FaultyReader(std::unique_ptr<Reader> inner, Faults& faults)
      : inner_(std::move(inner)), faults_(faults) {}
  absl::StatusOr<Page> Next() override {
    return faults_.Pass<absl::StatusOr<Page>>("Reader::Next", [&] { return inner_->Next(); });
  }

 private:
  const std::unique_ptr<Reader> inner_;
  Faults& faults_;
};

class FaultyDigester final : public Digester {
 public:
  FaultyDigester(std::unique_ptr<Digester> inner, Faults& faults)
      : inner_(std::move(inner)), faults_(faults) {}
  absl::StatusOr<RangeDigest> Next() override {
    return faults_.Pass<absl::StatusOr<RangeDigest>>("Digester::Next",
                                                     [&] { return inner_->Next(); });
  }

 private:
  const std::unique_ptr<Digester> inner_;
  Faults& faults_;
};

class FaultyConnector final : public Connector {
 public:
  FaultyConnector(std::unique_ptr<Connector> inner, Faults& faults)
      : inner_(std::move(inner)), faults_(faults) {}

  const std::vector<std::string>& Tables() const override { return inner_->Tables(); }

  absl::StatusOr<std::string> SchemaFingerprint() override {
    return faults_.Pass<absl::StatusOr<std::string>>("SchemaFingerprint",
                                                     [&] { return inner_->SchemaFingerprint(); });
  }
  absl::StatusOr<Estimate> EstimateTable(absl::string_view table) override {
    return faults_.Pass<absl::StatusOr<Estimate>>("EstimateTable",
                                                  [&] { return inner_->EstimateTable(table); });
  }
  absl::StatusOr<std::unique_ptr<Reader>> Read(absl::string_view table,
                                               const KeyRange& range) override {
    using Result = absl::StatusOr<std::unique_ptr<Reader>>;
    return faults_.Pass<Result>("Read", [&]() -> Result {
      Result inner = inner_->Read(table, range);
      if (!inner.ok()) return inner;
      return std::make_unique<FaultyReader>(*std::move(inner), faults_);
    });
  }
  absl::StatusOr<std::unique_ptr<Digester>> Digest(absl::string_view table, const KeyRange& range,
                                                   absl::string_view key) override {
    using Result = absl::StatusOr<std::unique_ptr<Digester>>;
    return faults_.Pass<Result>("Digest", [&]() -> Result {
      Result inner = inner_->Digest(table, range, key);
      if (!inner.ok()) return inner;
      return std::make_unique<FaultyDigester>(*std::move(inner), faults_);
    });
  }
  absl::StatusOr<RangeDigest> DigestOf(absl::string_view table, const KeyRange& range,
                                       absl::string_view key, int64_t record_limit) override {
    return faults_.Pass<absl::StatusOr<RangeDigest>>(
        "DigestOf", [&] { return inner_->DigestOf(table, range, key, record_limit); });
  }
  absl::Status CheckReferences() override {
    return faults_.Pass<absl::Status>("CheckReferences", [&] { return inner_->CheckReferences(); });
  }
  absl::StatusOr<Control> GetControl() override {
    return faults_.Pass<absl::StatusOr<Control>>("GetControl",
                                                 [&] { return inner_->GetControl(); });
  }
  absl::Status RaiseFence(const Token& token) override {
    return faults_.Pass<absl::Status>("RaiseFence", [&] { return inner_->RaiseFence(token); });
  }
  absl::Status SetAccess(uint64_t generation, uint64_t epoch, Access access) override {
    return faults_.Pass<absl::Status>("SetAccess",
                                      [&] { return inner_->SetAccess(generation, epoch, access); });
  }
  absl::Status Write(const Token& token, absl::string_view table, const Page& page,
                     absl::string_view cursor) override {
    return faults_.Pass<absl::Status>("Write",
                                      [&] { return inner_->Write(token, table, page, cursor); });
  }
  absl::StatusOr<int64_t> Erase(const Token& token, absl::string_view table, const KeyRange& range,
                                int64_t record_limit, absl::string_view cursor) override {
    return faults_.Pass<absl::StatusOr<int64_t>>(
        "Erase", [&] { return inner_->Erase(token, table, range, record_limit, cursor); });
  }
  absl::Status EraseVerified(const Token& token, absl::string_view table,
                             const RangeDigest& expected, absl::string_view key,
                             absl::string_view cursor) override {
    return faults_.Pass<absl::Status>("EraseVerified", [&] {
      return inner_->EraseVerified(token, table, expected, key, cursor);
    });
  }
  absl::Status SaveCursor(const Token& token, absl::string_view cursor) override {
    return faults_.Pass<absl::Status>("SaveCursor",
                                      [&] { return inner_->SaveCursor(token, cursor); });
  }
  absl::Status Sync() override {
    return faults_.Pass<absl::Status>("Sync", [&] { return inner_->Sync(); });
  }

 private:
  const std::unique_ptr<Connector> inner_;
  Faults& faults_;
};

class FaultyDataset final : public Dataset {
 public:
  FaultyDataset(std::unique_ptr<Dataset> inner, Faults& faults)
      : inner_(std::move(inner)), faults_(faults) {}

  const DatasetName& name() const override { return inner_->name(); }
  absl::string_view kind() const override { return inner_->kind(); }
  absl::StatusOr<std::unique_ptr<Connector>> Open(const TenantScope& scope) override {
    using Result = absl::StatusOr<std::unique_ptr<Connector>>;
    return faults_.Pass<Result>("Open", [&]() -> Result {
      Result inner = inner_->Open(scope);
      if (!inner.ok()) return inner;
      return std::make_unique<FaultyConnector>(*std::move(inner), faults_);
    });
  }

 private:
  const std::unique_ptr<Dataset> inner_;
  Faults& faults_;
};

}  // namespace

std::unique_ptr<Dataset> MakeFaulty(std::unique_ptr<Dataset> inner, Faults& faults) {
  return std::make_unique<FaultyDataset>(std::move(inner), faults);
}

}  // namespace realm::worker
