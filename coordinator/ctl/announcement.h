// Where the commands in other terminals find a system that runs here.

#ifndef REALMSHIFT_COORDINATOR_CTL_ANNOUNCEMENT_H_
#define REALMSHIFT_COORDINATOR_CTL_ANNOUNCEMENT_H_

#include <stdio.h>

#include <string>

#include "coordinator/ctl/endpoint.h"

namespace realm::ctl {

// The system is found for as long as this lives; of several the one that came last.
class Announcement {
 public:
  explicit Announcement(const Endpoint& endpoint) : path_(DevSystemPath(ReadEnvironment)) {
    written_ = WriteDevSystem(path_, endpoint).ok();
  }
  ~Announcement() {
    if (written_) remove(path_.c_str());
  }
  Announcement(const Announcement&) = delete;
  Announcement& operator=(const Announcement&) = delete;

 private:
  const std::string path_;
  bool written_ = false;
};

}  // namespace realm::ctl

#endif  // REALMSHIFT_COORDINATOR_CTL_ANNOUNCEMENT_H_
