// What the conformance tests share: a source and a target of one kind, and short
// names for the calls that every test makes.
#ifndef REALMSHIFT_TESTS_CONFORMANCE_CONNECTOR_FIXTURE_H_
#define REALMSHIFT_TESTS_CONFORMANCE_CONNECTOR_FIXTURE_H_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

#include "common/check.h"
#include "tests/conformance/test_store.h"
#include "worker/connector/connector.h"
#include "worker/connector/registry.h"

namespace realm::worker {

inline constexpr absl::string_view kDigestKey = "the digest key of this migration";

inline TenantScope Scope(absl::string_view tenant) {
  return {AppId("app"), TenantId(tenant), std::string(tenant)};
}

inline Token TokenOf(uint64_t epoch) {
  return {1, epoch, 1000 + epoch};
}

// A store and the dataset that a worker of its realm has configured.
struct Side {
  explicit Side(absl::string_view kind, absl::string_view realm)
      : store(TestStoreMakers().at(std::string(kind))(RealmId(realm))) {
    Reopen();
  }

  void Reopen() {
    auto made = MakeDataset(store->Options());
    REALM_CHECK_OK(made.status());
    dataset = *std::move(made);
  }

  // Lets another process open the store. REQUIRES: its connectors are gone.
  void Close() {
    dataset.reset();
    store->Release();
  }

  std::unique_ptr<Connector> Open(absl::string_view tenant = "acme") {
    auto opened = dataset->Open(Scope(tenant));
    REALM_CHECK_OK(opened.status());
    return *std::move(opened);
  }

  // Records of `value_bytes` bytes, each another.
  void Fill(absl::string_view tenant, int record_count, int value_bytes = 100) {
    for (int i = 0; i < record_count; ++i) {
      std::string value = absl::StrFormat("%s/%d/", tenant, i);
      value.resize(value_bytes, static_cast<char>('a' + i % 26));
      REALM_CHECK_OK(store->Put(tenant, absl::StrFormat("key-%06d", i), value));
    }
  }

  std::unique_ptr<TestStore> store;
  std::unique_ptr<Dataset> dataset;
};

inline std::vector<Page> ReadPages(Connector& connector, const KeyRange& range = {}) {
  auto reader = connector.Read(connector.Tables()[0], range);
  REALM_CHECK_OK(reader.status());
  std::vector<Page> pages;
  while (true) {
    auto page = (*reader)->Next();
    REALM_CHECK_OK(page.status());
    if (page->record_count == 0) return pages;
    pages.push_back(*std::move(page));
  }
}

inline std::vector<RangeDigest> ReadDigests(Connector& connector, const KeyRange& range = {}) {
  auto digester = connector.Digest(connector.Tables()[0], range, kDigestKey);
  REALM_CHECK_OK(digester.status());
  std::vector<RangeDigest> digests;
  while (true) {
    auto digest = (*digester)->Next();
    REALM_CHECK_OK(digest.status());
    if (digest->record_count == 0) return digests;
    digests.push_back(*std::move(digest));
  }
}

// The digest of everything, as one string that differs if anything does.
inline std::string DigestAll(Connector& connector) {
  std::string all;
  for (const RangeDigest& range : ReadDigests(connector))
    all += range.digest;
  return all;
}

inline void WritePages(Connector& target, const Token& token, const std::vector<Page>& pages) {
  for (const Page& page : pages) {
    REALM_CHECK_OK(target.Write(token, target.Tables()[0], page, page.last_key));
  }
  REALM_CHECK_OK(target.Sync());
}

// Raises the fence of `target` to `epoch` and copies all of `source` there.
inline void CopyAll(Connector& source, Connector& target, uint64_t epoch) {
  REALM_CHECK_OK(target.RaiseFence(TokenOf(epoch)));
  WritePages(target, TokenOf(epoch), ReadPages(source));
}

// Runs once for each kind in the registry, with its name as parameter.
class ConnectorTest : public testing::TestWithParam<std::string> {
 protected:
  Side source_{GetParam(), "US"};
  Side target_{GetParam(), "EU"};
};

#define REALM_FOR_EVERY_KIND(suite)                      \
  INSTANTIATE_TEST_SUITE_P(                              \
      Kinds, suite, testing::ValuesIn(ConnectorKinds()), \
      [](const testing::TestParamInfo<std::string>& kind) { return kind.param; })

}  // namespace realm::worker

#endif  // REALMSHIFT_TESTS_CONFORMANCE_CONNECTOR_FIXTURE_H_
