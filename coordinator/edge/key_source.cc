#include "coordinator/edge/key_source.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "common/files.h"
#include "common/log.h"
#include "common/status_macros.h"
#include "coordinator/edge/fetch.h"

namespace realm::edge {
namespace {

absl::StatusOr<KeySource::Loaded> WholeSet(absl::string_view json) {
  KeySource::Loaded loaded;
  ASSIGN_OR_RETURN(loaded.keys, ParseJwks(json));
  loaded.complete = true;
  return loaded;
}

absl::StatusOr<KeySource::Loaded> OneKey(absl::string_view key_id, absl::string_view pem) {
  KeySource::Loaded loaded;
  ASSIGN_OR_RETURN(PublicKey key, PublicKey::FromPem(pem));
  loaded.keys.emplace(key_id, std::move(key));
  return loaded;
}

class JwksFileSource final : public KeySource {
 public:
  explicit JwksFileSource(std::string path) : path_(std::move(path)) {}

  absl::StatusOr<Loaded> Load(absl::string_view) override {
    const absl::StatusOr<std::string> json = ReadSmallFile(path_);
    // Not "no such key": the set itself is missing, which a retry may cure.
    if (!json.ok()) return absl::UnavailableError(json.status().message());
    return WholeSet(*json);
  }

 private:
  const std::string path_;
};

class JwksUrlSource final : public KeySource {
 public:
  JwksUrlSource(std::string url, std::string copy_path)
      : url_(std::move(url)), copy_path_(std::move(copy_path)) {}

  absl::StatusOr<Loaded> Load(absl::string_view) override {
    const absl::StatusOr<std::string> json = Fetch(url_);
    if (!json.ok()) return LoadCopy(json.status());
    absl::StatusOr<Loaded> loaded = WholeSet(*json);
    if (!loaded.ok()) return LoadCopy(loaded.status());
    KeepCopy(*json);
    return loaded;
  }

 private:
  absl::StatusOr<Loaded> LoadCopy(const absl::Status& why) {
    Log(Level::kWarning, "key set could not be loaded", {{"url", url_}, {"error", why}});
    const absl::Status unavailable = absl::UnavailableError(why.message());
    if (copy_path_.empty()) return unavailable;
    const absl::StatusOr<std::string> json = ReadSmallFile(copy_path_);
    if (!json.ok()) return unavailable;
    absl::StatusOr<Loaded> loaded = WholeSet(*json);
    if (!loaded.ok()) return unavailable;
    loaded->from_copy = true;
    return loaded;
  }

  void KeepCopy(const std::string& json) {
    if (copy_path_.empty() || json == kept_) return;
    const absl::Status written = WriteFileAtomically(copy_path_, json, 0600);
    if (written.ok()) kept_ = json;
    if (!written.ok()) Log(Level::kWarning, "key set not kept", {{"error", written}});
  }

  const std::string url_;
  const std::string copy_path_;
  std::string kept_;
};

class PemFolderSource final : public KeySource {
 public:
  explicit PemFolderSource(std::string folder) : folder_(std::move(folder)) {}

  absl::StatusOr<Loaded> Load(absl::string_view key_id) override {
    if (!IsPlainKeyId(key_id)) return absl::NotFoundError("not a key id");
    ASSIGN_OR_RETURN(const std::string pem,
                     ReadSmallFile(absl::StrCat(folder_, "/", key_id, ".pem")));
    return OneKey(key_id, pem);
  }

 private:
  const std::string folder_;
};

class PemUrlSource final : public KeySource {
 public:
  explicit PemUrlSource(std::string url) : url_(absl::StripSuffix(url, "/")) {}

  absl::StatusOr<Loaded> Load(absl::string_view key_id) override {
    if (!IsPlainKeyId(key_id)) return absl::NotFoundError("not a key id");
    ASSIGN_OR_RETURN(const std::string pem, Fetch(absl::StrCat(url_, "/", key_id)));
    return OneKey(key_id, pem);
  }

 private:
  const std::string url_;
};

}  // namespace

std::unique_ptr<KeySource> JwksFile(std::string path) {
  return std::make_unique<JwksFileSource>(std::move(path));
}

std::unique_ptr<KeySource> JwksUrl(std::string url, std::string copy_path) {
  return std::make_unique<JwksUrlSource>(std::move(url), std::move(copy_path));
}

std::unique_ptr<KeySource> PemFolder(std::string folder) {
  return std::make_unique<PemFolderSource>(std::move(folder));
}

std::unique_ptr<KeySource> PemUrl(std::string url) {
  return std::make_unique<PemUrlSource>(std::move(url));
}

bool IsPlainKeyId(absl::string_view key_id) {
  const auto plain = [](unsigned char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_'; };
  return !key_id.empty() && key_id.size() <= 128 &&
         std::all_of(key_id.begin(), key_id.end(), plain);
}

}  // namespace realm::edge
