#include "coordinator/ctl/config_yaml.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"

#include "common/check.h"
#include "common/config/duration.h"
#include "common/json_text.h"

namespace realm::ctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// JSON strings are YAML's double-quoted ones.
std::string Quote(const std::string& text) {
  std::string quoted;
  AppendJsonString(text, &quoted);
  return quoted;
}

bool IsDuration(const FieldDescriptor& field) {
  return field.message_type() == google::protobuf::Duration::descriptor();
}

bool IsBlock(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !IsDuration(field);
}

std::string DurationText(const Message& duration) {
  return FormatConfigDuration(
      FromProto(*google::protobuf::DynamicCastToGenerated<google::protobuf::Duration>(&duration)));
}

// One value that is no block; the one at `index` of a list.
std::string ScalarText(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return Quote(field.is_repeated() ? reflection.GetRepeatedString(message, &field, index)
                                       : reflection.GetString(message, &field));
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return absl::AsciiStrToLower(reflection.GetEnum(message, &field)->name());
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return DurationText(reflection.GetMessage(message, &field));
    default:
      // The schema has no other types; one that is added must be written here.
      REALM_CHECK(false, "no writing of ", field.full_name());
  }
}

void AppendBlock(const Message& message, const std::string& indent, std::string* yaml);

// "- " takes the place of the last two spaces of the first line's indent.
void AppendItem(const Message& item, const std::string& indent, std::string* yaml) {
  std::string block;
  AppendBlock(item, indent + "  ", &block);
  block[indent.size()] = '-';
  *yaml += block;
}

void AppendList(const Message& message, const FieldDescriptor& field, const std::string& indent,
                std::string* yaml) {
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    if (IsBlock(field)) {
      AppendItem(reflection.GetRepeatedMessage(message, &field, i), indent, yaml);
    } else {
      absl::StrAppend(yaml, indent, "- ", ScalarText(message, field, i), "\n");
    }
  }
}

void AppendBlock(const Message& message, const std::string& indent, std::string* yaml) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    absl::StrAppend(yaml, indent, field->name(), ":");
    if (field->is_repeated()) {
      *yaml += "\n";
      AppendList(message, *field, indent + "  ", yaml);
    } else if (IsBlock(*field)) {
      *yaml += "\n";
      AppendBlock(message.GetReflection()->GetMessage(message, field), indent + "  ", yaml);
    } else {
      absl::StrAppend(yaml, " ", ScalarText(message, *field, 0), "\n");
    }
  }
}

}  // namespace

std::string ToYaml(const Message& config) {
  std::string yaml;
  AppendBlock(config, "", &yaml);
  return yaml;
}

}  // namespace realm::ctl
