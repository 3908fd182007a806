// Fills a proto message from a YAML tree by the message's own descriptor, so that a field added to
// the schema needs no code here.

#ifndef REALMSHIFT_COMMON_CONFIG_DECODE_H_
#define REALMSHIFT_COMMON_CONFIG_DECODE_H_

#include "google/protobuf/message.h"

#include "common/config/findings.h"
#include "common/config/yaml.h"

namespace realm {

// Sets in `message` what `node` says. Keys are the field names; enum values are written in lower
// case without a prefix; durations as in duration.h; a list of {realm, url} may also be written
// as a mapping from realm to URL. Finds, and leaves unset: unknown keys, values of another type,
// keys without a value.
void DecodeYaml(const YamlNode& node, google::protobuf::Message& message, Findings& findings);

}  // namespace realm

#endif  // REALMSHIFT_COMMON_CONFIG_DECODE_H_
