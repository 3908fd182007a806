#include "coordinator/ctl/json_output.h"

#include "google/protobuf/util/json_util.h"

#include "common/status_macros.h"

namespace realm::ctl {
namespace {

absl::StatusOr<std::string> Print(const google::protobuf::Message& message, bool lines) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = lines;
  options.preserve_proto_field_names = true;
  // A script that asks for a field should find it, also when it is zero.
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return absl::InternalError(status.ToString());
  while (!json.empty() && json.back() == '\n')
    json.pop_back();
  return json + "\n";
}

}  // namespace

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  return Print(message, true);
}

absl::StatusOr<std::string> ToJsonLine(const google::protobuf::Message& message) {
  return Print(message, false);
}

absl::StatusOr<google::protobuf::Struct> ToStruct(const google::protobuf::Message& message) {
  ASSIGN_OR_RETURN(const std::string json, ToJsonLine(message));
  google::protobuf::Struct out;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &out);
  if (!status.ok()) return absl::InternalError(status.ToString());
  return out;
}

}  // namespace realm::ctl
