#include "worker/rpc/data_service.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

#include "common/failpoint.h"
#include "common/log.h"
#include "common/status_macros.h"
#include "common/tls.h"
#include "worker/job/source_realm.h"
#include "worker/rpc/grpc_status.h"
#include "worker/rpc/read_ahead.h"

namespace realm::worker {
namespace {

absl::Status CheckTable(const Connector& connector, const std::string& table) {
  const std::vector<std::string>& tables = connector.Tables();
  if (std::find(tables.begin(), tables.end(), table) != tables.end()) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("table '", table, "' is not served here"));
}

void Fill(Page page, v1::ReadPagesResponse& response) {
  response.set_end(page.record_count == 0);
  response.set_record_count(page.record_count);
  response.set_last_key(std::move(page.last_key));
  response.set_records(std::move(page.records));
}

void Fill(RangeDigest range, v1::ReadDigestsResponse& response) {
  response.set_end(range.record_count == 0);
  response.set_after(std::move(range.range.after));
  response.set_last(std::move(range.range.last));
  response.set_record_count(range.record_count);
  response.set_byte_count(range.byte_count);
  response.set_digest(std::move(range.digest));
}

// Sends what `ahead` reads until its end. gRPC's flow control is what slows the reading down.
template <typename Item, typename Response>
absl::Status Send(ReadAhead<Item>& ahead, grpc::ServerWriter<Response>& writer) {
  for (;;) {
    ASSIGN_OR_RETURN(Item item, ahead.Next(absl::InfiniteDuration()));
    Response response;
    Fill(std::move(item), response);
    if (!writer.Write(response)) return absl::CancelledError("the caller has gone");
    RETURN_IF_ERROR(REALM_FAILPOINT("serve.after-message"));
    if (response.end()) return absl::OkStatus();
  }
}

}  // namespace

DataService::DataService(const Stores& stores, const TicketChecker& tickets, Options options)
    : stores_(stores), tickets_(tickets), options_(options) {}

absl::StatusOr<v1::Ticket> DataService::CheckTicket(
    const grpc::ServerContext& context, const std::string& ticket, Verb verb,
    const std::vector<std::string>& datasets) const {
  std::optional<PeerIdentity> caller;
  if (!options_.insecure) {
    ASSIGN_OR_RETURN(caller, IdentityOf(*context.auth_context()));
  }
  absl::StatusOr<v1::Ticket> checked = tickets_.Check(ticket, verb, datasets, caller);
  if (!checked.ok()) Log(Level::kWarning, "ticket refused", {{"reason", checked.status()}});
  return checked;
}

absl::StatusOr<DataService::Reading> DataService::OpenDataset(const grpc::ServerContext& context,
                                                              const std::string& ticket,
                                                              const std::string& dataset) const {
  Reading reading;
  ASSIGN_OR_RETURN(reading.ticket, CheckTicket(context, ticket, Verb::kRead, {dataset}));
  ASSIGN_OR_RETURN(reading.connector,
                   stores_.Open(DatasetName(dataset), AppId(reading.ticket.ref().app_id()),
                                TenantId(reading.ticket.ref().tenant_id())));
  reading.dataset = stores_.Find(DatasetName(dataset));
  return reading;
}

absl::Status DataService::Describe(const grpc::ServerContext& context,
                                   const v1::DescribeDatasetRequest& request,
                                   v1::DescribeDatasetResponse& response) const {
  ASSIGN_OR_RETURN(const Reading reading,
                   OpenDataset(context, request.ticket(), request.dataset()));
  ASSIGN_OR_RETURN(std::string fingerprint, reading.connector->SchemaFingerprint());
  response.set_schema_fingerprint(std::move(fingerprint));
  response.set_kind(std::string(reading.dataset->kind()));
  ASSIGN_OR_RETURN(const Control control, reading.connector->GetControl());
  SourceDataset source;
  Note(control, &source);
  response.set_purged(source.purged);
  response.set_sealed_generation(source.sealed_generation);
  for (const std::string& table : reading.connector->Tables()) {
    ASSIGN_OR_RETURN(const Estimate estimate, reading.connector->EstimateTable(table));
    v1::TableDescription& description = *response.add_tables();
    description.set_table(table);
    description.set_records_estimate(estimate.record_count);
    description.set_bytes_estimate(estimate.byte_count);
    description.set_exact(estimate.exact);
  }
  return absl::OkStatus();
}

absl::Status DataService::SendPages(const grpc::ServerContext& context,
                                    const v1::ReadPagesRequest& request,
                                    grpc::ServerWriter<v1::ReadPagesResponse>& writer) const {
  ASSIGN_OR_RETURN(const Reading reading,
                   OpenDataset(context, request.ticket(), request.dataset()));
  RETURN_IF_ERROR(CheckTable(*reading.connector, request.table()));
  ASSIGN_OR_RETURN(const std::unique_ptr<Reader> reader,
                   reading.connector->Read(request.table(), {request.after(), request.last()}));
  const auto read = [&reader]() -> absl::StatusOr<Page> {
    RETURN_IF_ERROR(REALM_FAILPOINT("serve.before-page"));
    return reader->Next();
  };
  ReadAhead<Page> ahead(
      read, [](const Page& page) { return page.record_count == 0; },
      [](const Page& page) { return page.byte_count; });
  return Send(ahead, writer);
}

absl::Status DataService::SendDigests(const grpc::ServerContext& context,
                                      const v1::ReadDigestsRequest& request,
                                      grpc::ServerWriter<v1::ReadDigestsResponse>& writer) const {
  ASSIGN_OR_RETURN(const Reading reading,
                   OpenDataset(context, request.ticket(), request.dataset()));
  RETURN_IF_ERROR(CheckTable(*reading.connector, request.table()));
  ASSIGN_OR_RETURN(const std::unique_ptr<Digester> digester,
                   reading.connector->Digest(request.table(), {request.after(), request.last()},
                                             reading.ticket.digest_key()));
  const auto read = [&digester]() -> absl::StatusOr<RangeDigest> {
    RETURN_IF_ERROR(REALM_FAILPOINT("serve.before-digest"));
    return digester->Next();
  };
  ReadAhead<RangeDigest> ahead(
      read, [](const RangeDigest& range) { return range.record_count == 0; },
      [](const RangeDigest&) { return int64_t{0}; });
  return Send(ahead, writer);
}

absl::Status DataService::Seal(const grpc::ServerContext& context,
                               const v1::SealDatasetsRequest& request) const {
  const std::vector<std::string> datasets(request.datasets().begin(), request.datasets().end());
  ASSIGN_OR_RETURN(const v1::Ticket ticket,
                   CheckTicket(context, request.ticket(), Verb::kSeal, datasets));
  RETURN_IF_ERROR(REALM_FAILPOINT("serve.before-seal"));
  for (const std::string& dataset : datasets) {
    ASSIGN_OR_RETURN(const std::unique_ptr<Connector> connector,
                     stores_.Open(DatasetName(dataset), AppId(ticket.ref().app_id()),
                                  TenantId(ticket.ref().tenant_id())));
    RETURN_IF_ERROR(
        Annotate(CloseAccess(*connector, ticket.generation(), ticket.epoch()), dataset));
  }
  RETURN_IF_ERROR(REALM_FAILPOINT("serve.after-seal"));
  Log(Level::kInfo, "sealed",
      {{"migration", ticket.ref().migration_id()},
       {"job", ticket.job_id()},
       {"epoch", ticket.epoch()}});
  return absl::OkStatus();
}

grpc::Status DataService::DescribeDataset(grpc::ServerContext* context,
                                          const v1::DescribeDatasetRequest* request,
                                          v1::DescribeDatasetResponse* response) {
  return ToGrpc(Describe(*context, *request, *response));
}

grpc::Status DataService::ReadPages(grpc::ServerContext* context,
                                    const v1::ReadPagesRequest* request,
                                    grpc::ServerWriter<v1::ReadPagesResponse>* writer) {
  const absl::Cleanup leave = [this] { --streams_; };
  if (++streams_ > options_.streams_max) {
    return ToGrpc(absl::UnavailableError("this worker serves as many streams as it may"));
  }
  return ToGrpc(SendPages(*context, *request, *writer));
}

grpc::Status DataService::ReadDigests(grpc::ServerContext* context,
                                      const v1::ReadDigestsRequest* request,
                                      grpc::ServerWriter<v1::ReadDigestsResponse>* writer) {
  const absl::Cleanup leave = [this] { --streams_; };
  if (++streams_ > options_.streams_max) {
    return ToGrpc(absl::UnavailableError("this worker serves as many streams as it may"));
  }
  return ToGrpc(SendDigests(*context, *request, *writer));
}

grpc::Status DataService::SealDatasets(grpc::ServerContext* context,
                                       const v1::SealDatasetsRequest* request,
                                       v1::SealDatasetsResponse* /*response*/) {
  return ToGrpc(Seal(*context, *request));
}

}  // namespace realm::worker
