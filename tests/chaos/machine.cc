#include "tests/chaos/machine.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "common/check.h"

namespace realm::chaos {

namespace {

// Beside the programs: what is loaded before their own libraries.
constexpr absl::string_view kLibrary = "/librealm-faulty-machine.so";

}  // namespace

Machine::Machine(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  REALM_CHECK(file >= 0 && ftruncate(file, sizeof(MachineFaults)) == 0, path);
  void* memory = mmap(nullptr, sizeof(MachineFaults), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  REALM_CHECK(memory != MAP_FAILED, path);
  close(file);
  faults_ = static_cast<MachineFaults*>(memory);
}

Machine::~Machine() {
  munmap(faults_, sizeof(MachineFaults));
}

void Machine::FillDisk(int64_t room) {
  faults_->disk_room = room;
  faults_->disk_is_full = 1;
}

Machines MakeMachines(ctl::LocalSystem& programs) {
  Machines machines;
  for (const std::string& name : programs.names()) {
    const std::string memory = programs.files().path(absl::StrCat("machine-", name));
    machines[name] = std::make_unique<Machine>(memory);
    programs.SetEnvironment(name, "LD_PRELOAD", absl::StrCat(programs.program_folder(), kLibrary));
    programs.SetEnvironment(name, kMachineFaultsVariable, memory);
  }
  return machines;
}

}  // namespace realm::chaos
