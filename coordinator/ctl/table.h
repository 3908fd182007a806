// Columns of text.

#ifndef REALMSHIFT_COORDINATOR_CTL_TABLE_H_
#define REALMSHIFT_COORDINATOR_CTL_TABLE_H_

#include <string>
#include <vector>

namespace realm::ctl {

// Lines up its rows under their headings, two spaces between columns. Cells are made printable;
// an empty one is shown as "-", so that cutting a line into words keeps its columns.
//
// Thread safety: as a std::vector.
class Table {
 public:
  // Without headings when `headings` are all empty.
  explicit Table(std::vector<std::string> headings) : rows_{std::move(headings)} {}

  // REQUIRES: as many cells as there are headings.
  void Add(std::vector<std::string> cells);

  bool empty() const { return rows_.size() == 1; }

  // A line for the headings and for each row. Ends with a newline.
  std::string Text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_TABLE_H_
