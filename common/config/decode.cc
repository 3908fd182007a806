#include "common/config/decode.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"

#include "common/check.h"
#include "common/config/duration.h"
#include "common/config/words.h"

namespace realm {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string KindOf(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kScalar:
      return Quoted(node.scalar);
    case YamlNode::Kind::kList:
      return "a list";
    case YamlNode::Kind::kMapping:
      return "a mapping";
  }
  REALM_UNREACHABLE();
}

std::vector<std::string> FieldNames(const Descriptor& descriptor) {
  std::vector<std::string> names;
  for (int i = 0; i < descriptor.field_count(); ++i)
    names.push_back(descriptor.field(i)->name());
  return names;
}

// The written words of an enum: all values but the first, which means "not written".
std::vector<std::string> EnumWords(const EnumDescriptor& descriptor) {
  std::vector<std::string> words;
  for (int i = 1; i < descriptor.value_count(); ++i) {
    words.push_back(absl::AsciiStrToLower(descriptor.value(i)->name()));
  }
  return words;
}

const EnumValueDescriptor* EnumValue(const EnumDescriptor& descriptor, absl::string_view word) {
  for (int i = 1; i < descriptor.value_count(); ++i) {
    if (absl::AsciiStrToLower(descriptor.value(i)->name()) == word) return descriptor.value(i);
  }
  return nullptr;
}

class Decoder {
 public:
  explicit Decoder(Findings& findings) : findings_(findings) {}

  void DecodeMapping(const YamlNode& node, const std::string& path, Message& message) {
    if (node.kind != YamlNode::Kind::kMapping) return Expected(path, node, "a mapping");
    for (const YamlEntry& entry : node.entries) {
      const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(entry.key);
      if (field == nullptr) {
        UnknownKey(entry, path, *message.GetDescriptor());
        continue;
      }
      const std::string field_path = Below(path, entry.key);
      findings_.Place(field_path, entry.position);
      DecodeField(entry.value, field_path, *field, message);
    }
  }

 private:
  static std::string Below(const std::string& path, absl::string_view key) {
    return path.empty() ? std::string(key) : absl::StrCat(path, ".", key);
  }

  void Expected(const std::string& path, const YamlNode& node, absl::string_view what) {
    findings_.AddBroken(path, absl::StrCat("is ", KindOf(node), "; write ", what));
  }

  void UnknownKey(const YamlEntry& entry, const std::string& path, const Descriptor& descriptor) {
    const std::vector<std::string> names = FieldNames(descriptor);
    // What is missing because its name is misspelled is not reported again.
    const std::string nearest = findings_.IsFull() ? "" : Nearest(entry.key, names);
    if (!nearest.empty()) findings_.MarkBroken(Below(path, nearest));
    findings_.AddAt(entry.position,
                    absl::StrCat("unknown key ", Quoted(entry.key), path.empty() ? "" : " in ",
                                 path, "; ", Suggestion(entry.key, names)));
  }

  void DecodeField(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                   Message& message) {
    if (node.kind == YamlNode::Kind::kNull) {
      return findings_.AddBroken(path, "has no value; write one or leave the key out");
    }
    if (!field.is_repeated()) return DecodeOne(node, path, field, message);
    if (node.kind == YamlNode::Kind::kMapping && IsPair(field)) {
      return DecodePairs(node, path, field, message);
    }
    if (node.kind != YamlNode::Kind::kList) return Expected(path, node, "a list, \"- ...\"");
    for (size_t i = 0; i < node.items.size(); ++i) {
      const std::string item_path = absl::StrCat(path, "[", i, "]");
      findings_.Place(item_path, node.items[i].position);
      DecodeOne(node.items[i], item_path, field, message);
    }
  }

  // A message of two strings reads well as "key: value".
  static bool IsPair(const FieldDescriptor& field) {
    const Descriptor* type = field.message_type();
    return type != nullptr && type->field_count() == 2 &&
           type->field(0)->type() == FieldDescriptor::TYPE_STRING &&
           type->field(1)->type() == FieldDescriptor::TYPE_STRING;
  }

  void DecodePairs(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                   Message& message) {
    for (size_t i = 0; i < node.entries.size(); ++i) {
      const YamlEntry& entry = node.entries[i];
      const std::string item_path = absl::StrCat(path, "[", i, "]");
      Message& item = *message.GetReflection()->AddMessage(&message, &field);
      const FieldDescriptor& key = *item.GetDescriptor()->field(0);
      const FieldDescriptor& value = *item.GetDescriptor()->field(1);
      const std::string value_path = Below(item_path, value.name());
      findings_.Place(item_path, entry.position);
      findings_.Place(value_path, entry.value.position);
      item.GetReflection()->SetString(&item, &key, entry.key);
      DecodeField(entry.value, value_path, value, item);
    }
  }

  // One value, or one item of a list.
  void DecodeOne(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                 Message& message) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return DecodeString(node, path, field, message);
      case FieldDescriptor::CPPTYPE_BOOL:
        return DecodeBool(node, path, field, message);
      case FieldDescriptor::CPPTYPE_INT32:
        return DecodeInt(node, path, field, message);
      case FieldDescriptor::CPPTYPE_ENUM:
        return DecodeEnum(node, path, field, message);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return DecodeMessage(node, path, field, message);
      default:
        // The schema has no other types; one that is added must be decoded here.
        REALM_CHECK(false, "no decoding of ", field.full_name());
    }
  }

  void DecodeString(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                    Message& message) {
    if (node.kind != YamlNode::Kind::kScalar) return Expected(path, node, "a string");
    if (field.is_repeated()) {
      message.GetReflection()->AddString(&message, &field, node.scalar);
    } else {
      message.GetReflection()->SetString(&message, &field, node.scalar);
    }
  }

  void DecodeBool(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                  Message& message) {
    const bool is_true = node.scalar == "true";
    if (node.kind != YamlNode::Kind::kScalar || node.quoted || (!is_true && node.scalar != "false"))
      return Expected(path, node, "true or false");
    message.GetReflection()->SetBool(&message, &field, is_true);
  }

  void DecodeInt(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                 Message& message) {
    int32_t number = 0;
    if (node.kind != YamlNode::Kind::kScalar || node.quoted ||
        !absl::SimpleAtoi(node.scalar, &number)) {
      return Expected(path, node, "a whole number");
    }
    message.GetReflection()->SetInt32(&message, &field, number);
  }

  void DecodeEnum(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                  Message& message) {
    const EnumDescriptor& type = *field.enum_type();
    const bool is_scalar = node.kind == YamlNode::Kind::kScalar;
    const EnumValueDescriptor* value = is_scalar ? EnumValue(type, node.scalar) : nullptr;
    if (value == nullptr) return Expected(path, node, OneOf(EnumWords(type)));
    message.GetReflection()->SetEnum(&message, &field, value);
  }

  void DecodeMessage(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                     Message& message) {
    if (field.message_type() == google::protobuf::Duration::descriptor()) {
      return DecodeDuration(node, path, field, message);
    }
    Message* part = field.is_repeated() ? message.GetReflection()->AddMessage(&message, &field)
                                        : message.GetReflection()->MutableMessage(&message, &field);
    DecodeMapping(node, path, *part);
  }

  void DecodeDuration(const YamlNode& node, const std::string& path, const FieldDescriptor& field,
                      Message& message) {
    if (node.kind != YamlNode::Kind::kScalar) return Expected(path, node, "a duration, \"90m\"");
    const absl::StatusOr<absl::Duration> duration = ParseConfigDuration(node.scalar);
    if (!duration.ok()) return findings_.AddBroken(path, duration.status().message());
    ToProto(*duration, *google::protobuf::DynamicCastToGenerated<google::protobuf::Duration>(
                           message.GetReflection()->MutableMessage(&message, &field)));
  }

  Findings& findings_;
};

}  // namespace

void DecodeYaml(const YamlNode& node, Message& message, Findings& findings) {
  if (node.kind == YamlNode::Kind::kNull)
    return;  // An empty file: all that is required is missing.
  findings.Place("", node.position);
  Decoder(findings).DecodeMapping(node, "", message);
}

}  // namespace realm
