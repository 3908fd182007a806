#include "worker/connector/store_tool.h"

#include <memory>

#include "absl/strings/str_cat.h"

#include "common/config/words.h"
#include "common/digest.h"
#include "common/status_macros.h"
#include "worker/connector/embedded_store.h"

namespace realm::worker {
namespace {

absl::StatusOr<std::unique_ptr<EmbeddedStore>> OpenStore(const config::v1::WorkerConfig& config,
                                                         const std::string& name) {
  for (const config::v1::WorkerDataset& dataset : config.datasets()) {
    if (dataset.name() != name) continue;
    if (dataset.connector() == "rocksdb") return EmbeddedStore::Open(dataset.path());
    return absl::InvalidArgumentError(absl::StrCat("dataset ", Quoted(name), " is kept by ",
                                                   dataset.connector(),
                                                   "; only rocksdb's stores are opened here"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the configuration has no dataset ", Quoted(name)));
}

absl::StatusOr<std::string> Seed(EmbeddedStore& store, const StoreRequest& request) {
  RETURN_IF_ERROR(store.Seed(request.tenant, request.records, request.value_bytes, request.seed));
  RETURN_IF_ERROR(store.Sync());
  return absl::StrCat(request.records);
}

absl::StatusOr<std::string> Count(EmbeddedStore& store, const StoreRequest& request) {
  ASSIGN_OR_RETURN(const int64_t records, store.Count(request.tenant));
  return absl::StrCat(records);
}

absl::StatusOr<std::string> Digest(EmbeddedStore& store, const StoreRequest& request) {
  // A public key: the digest is compared with another of this tool, not sent anywhere.
  KeyedDigest digest("realm-worker store digest");
  int64_t records = 0;
  RETURN_IF_ERROR(store.Scan(request.tenant, [&](absl::string_view key, absl::string_view value) {
    digest.UpdateSized(key);
    digest.UpdateSized(value);
    ++records;
    return true;
  }));
  return absl::StrCat(records, " ", ToHex(digest.Finish()));
}

}  // namespace

absl::StatusOr<std::string> RunStoreTool(const config::v1::WorkerConfig& config,
                                         const StoreRequest& request) {
  using Verb = absl::StatusOr<std::string> (*)(EmbeddedStore&, const StoreRequest&);
  const Verb verb = request.verb == "seed"     ? Seed
                    : request.verb == "count"  ? Count
                    : request.verb == "digest" ? Digest
                                               : nullptr;
  if (verb == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("realm-worker store ", Quoted(request.verb), "; ",
                     Suggestion(request.verb, {"seed", "count", "digest"})));
  }
  if (request.tenant.empty()) return absl::InvalidArgumentError("--tenant is missing");
  ASSIGN_OR_RETURN(const std::unique_ptr<EmbeddedStore> store, OpenStore(config, request.dataset));
  return verb(*store, request);
}

}  // namespace realm::worker
