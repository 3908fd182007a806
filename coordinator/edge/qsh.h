// The canonical form of a request and its hash, which Connect tokens carry in the claim `qsh`: it
// binds a token to one method, path and query. The body is not covered.
//
// The rules are those of Atlassian's own libraries, which agree on everything that a hook can
// contain. They are:
//
//  * The method in upper case.
//  * The path below the app's base URL: `&` becomes `%26`, one trailing `/` is dropped, and nothing
//    at all becomes `/`. A doubled slash stays. The base URL's path is cut off on the boundary of a
//    segment only, so that base "/con" does not cut into "/connect".
//  * The query without `jwt`: decoded (`+` is a space), sorted by name, encoded again after RFC
//    3986; the values of a repeated name sorted as strings and joined with `,`.

#ifndef REALMSHIFT_COORDINATOR_EDGE_QSH_H_
#define REALMSHIFT_COORDINATOR_EDGE_QSH_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace realm::edge {

// All parts are as the platform sees them, before any proxy rewrote them. `path` and `query` are
// percent-encoded as received; `query` is without the question mark. `base_path` is the path of the
// app's base URL ("/connect"), empty or "/" when it has none.
std::string CanonicalRequest(absl::string_view method, absl::string_view path,
                             absl::string_view query, absl::string_view base_path);

// Lower-case hexadecimal SHA-256 of CanonicalRequest.
std::string QueryStringHash(absl::string_view method, absl::string_view path,
                            absl::string_view query, absl::string_view base_path);

// The names and values of a query in order, decoded as above.
std::vector<std::pair<std::string, std::string>> ParseQuery(absl::string_view query);

// Cuts `base_path` off the front of `*path`; what stays is empty or begins with a slash. Returns
// whether `*path` was below it; if not, it is unchanged.
bool CutBasePath(absl::string_view base_path, absl::string_view* path);

}  // namespace realm::edge

#endif  // REALMSHIFT_COORDINATOR_EDGE_QSH_H_
