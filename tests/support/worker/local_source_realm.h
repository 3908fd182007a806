// A SourceRealm whose stores are in this process. Stands in for the wire between two realms.

#ifndef REALMSHIFT_TESTS_SUPPORT_WORKER_LOCAL_SOURCE_REALM_H_
#define REALMSHIFT_TESTS_SUPPORT_WORKER_LOCAL_SOURCE_REALM_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/status_macros.h"
#include "realm/v1/dispatch.pb.h"
#include "worker/job/source_realm.h"
#include "worker/job/stores.h"

namespace realm::worker {

class LocalSourceRealm final : public SourceRealm {
 public:
  // `stores` are the source realm's, and outlive this; `order` says what a ticket would.
  LocalSourceRealm(const Stores& stores, v1::JobOrder order)
      : stores_(stores), order_(std::move(order)) {}

  absl::StatusOr<SourceDataset> Describe(const DatasetName& dataset) override {
    ASSIGN_OR_RETURN(const std::unique_ptr<Connector> connector, Open(dataset));
    SourceDataset source;
    source.kind = std::string(stores_.Find(dataset)->kind());
    ASSIGN_OR_RETURN(source.schema_fingerprint, connector->SchemaFingerprint());
    source.tables = connector->Tables();
    ASSIGN_OR_RETURN(const Control control, connector->GetControl());
    Note(control, &source);
    for (const std::string& table : source.tables) {
      ASSIGN_OR_RETURN(const Estimate estimate, connector->EstimateTable(table));
      source.estimates.push_back(estimate);
    }
    return source;
  }

  absl::StatusOr<std::unique_ptr<Reader>> ReadPages(const DatasetName& dataset,
                                                    absl::string_view table,
                                                    const KeyRange& range) override {
    ASSIGN_OR_RETURN(std::unique_ptr<Connector> connector, Open(dataset));
    ASSIGN_OR_RETURN(std::unique_ptr<Reader> reader, connector->Read(table, range));
    return std::make_unique<Owning<Reader, Page>>(std::move(connector), std::move(reader));
  }

  absl::StatusOr<std::unique_ptr<Digester>> ReadDigests(const DatasetName& dataset,
                                                        absl::string_view table,
                                                        const KeyRange& range) override {
    ASSIGN_OR_RETURN(std::unique_ptr<Connector> connector, Open(dataset));
    ASSIGN_OR_RETURN(std::unique_ptr<Digester> digester,
                     connector->Digest(table, range, order_.digest_key()));
    return std::make_unique<Owning<Digester, RangeDigest>>(std::move(connector),
                                                           std::move(digester));
  }

  absl::Status Seal(const std::vector<DatasetName>& datasets) override {
    for (const DatasetName& dataset : datasets) {
      ASSIGN_OR_RETURN(const std::unique_ptr<Connector> connector, Open(dataset));
      RETURN_IF_ERROR(CloseAccess(*connector, order_.generation(), order_.epoch()));
    }
    return absl::OkStatus();
  }

 private:
  template <typename Base, typename Item>
  class Owning final : public Base {
   public:
    Owning(std::unique_ptr<Connector> connector, std::unique_ptr<Base> inner)
        : connector_(std::move(connector)), inner_(std::move(inner)) {}
    absl::StatusOr<Item> Next() override { return inner_->Next(); }

   private:
    const std::unique_ptr<Connector> connector_;
    const std::unique_ptr<Base> inner_;
  };

  absl::StatusOr<std::unique_ptr<Connector>> Open(const DatasetName& dataset) {
    return stores_.Open(dataset, AppId(order_.ref().app_id()), TenantId(order_.ref().tenant_id()));
  }

  const Stores& stores_;
  const v1::JobOrder order_;
};

}  // namespace realm::worker

#endif  // REALMSHIFT_TESTS_SUPPORT_WORKER_LOCAL_SOURCE_REALM_H_
