#pragma once
#include <unistd.h>

#include <filesystem>
#include <string>

namespace sotto::test {

/// A folder of one's own, gone at the end.
struct TemporaryFolder {
  TemporaryFolder() : path(std::filesystem::temp_directory_path() / name()) {
    std::filesystem::remove_all(path);  // of a process that had this number before, and was killed
    std::filesystem::create_directories(path);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path path;

 private:
  static std::string name() {
    static int count = 0;
    return "sotto-test-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
  }
};

}  // namespace sotto::test
