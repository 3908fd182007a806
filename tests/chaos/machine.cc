#include "tests/chaos/machine.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>

#include "common/check.h"

namespace realm::chaos {

Machine::Machine(const std::string& path) : path_(path) {
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

std::string Machine::LibraryPath() {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");
  return program.parent_path() / "librealm-faulty-machine.so";
}

void Machine::FillDisk(int64_t room) {
  faults_->disk_room = room;
  faults_->disk_is_full = 1;
}

}  // namespace realm::chaos
