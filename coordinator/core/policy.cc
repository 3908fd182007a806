#include "coordinator/core/policy.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace realm::coordinator {

const RealmPolicy* FindRealm(const Policy& policy, absl::string_view code) {
  const auto found = policy.realms.find(std::string(absl::StripAsciiWhitespace(code)));
  return found == policy.realms.end() ? nullptr : &found->second;
}

const AppPolicy* FindApp(const Policy& policy, const AppId& app) {
  const auto found = policy.apps.find(app);
  return found == policy.apps.end() ? nullptr : &found->second;
}

const RealmPolicy* FindRealmOf(const AppPolicy& app, const Policy& policy, absl::string_view code) {
  const RealmPolicy* realm = FindRealm(policy, code);
  const auto is_it = [&](const RealmId& each) { return realm != nullptr && each == realm->code; };
  return std::any_of(app.realms.begin(), app.realms.end(), is_it) ? realm : nullptr;
}

std::string NoRealmOf(const AppPolicy& app, absl::string_view field, absl::string_view code) {
  return absl::StrCat(field, " \"", code, "\" is not a realm of the app; it has ",
                      absl::StrJoin(app.realms, ", ", absl::StreamFormatter()));
}

}  // namespace realm::coordinator
