#include "coordinator/ctl/table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "coordinator/ctl/console.h"

namespace realm::ctl {
namespace {

// Columns on the screen: UTF-8's continuation bytes take none.
size_t WidthOf(absl::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

void Table::Add(std::vector<std::string> cells) {
  REALM_CHECK(cells.size() == rows_.front().size(), "cells=", cells.size());
  for (std::string& cell : cells)
    cell = cell.empty() ? "-" : Printable(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::Text() const {
  std::vector<size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], WidthOf(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&line, row[i], std::string(widths[i] - WidthOf(row[i]) + 2, ' '));
    }
    absl::StripTrailingAsciiWhitespace(&line);
    if (!line.empty()) absl::StrAppend(&text, line, "\n");
  }
  return text;
}

}  // namespace realm::ctl
