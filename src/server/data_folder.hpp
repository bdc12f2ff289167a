#pragma once
#include <filesystem>

#include "base/result.hpp"
#include "net/clock.hpp"

namespace sotto::server {

/// A folder that one process at a time may use. The lock dies with the process.
class DataFolder {
 public:
  enum class Problem { in_use, not_writable };
  struct Error {
    Problem problem;
    std::string detail = {};
  };

  /// Makes the folder if need be, for its owner only, and waits for whoever still uses it.
  static base::Result<DataFolder, Error> open(const std::filesystem::path& path, net::Duration at_most);
  DataFolder(DataFolder&& from) noexcept;
  DataFolder& operator=(DataFolder&&) = delete;
  ~DataFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  DataFolder(std::filesystem::path path, int file) : path_(std::move(path)), file_(file) {}
  std::filesystem::path path_;
  int file_;
};

std::string to_text(const DataFolder::Error& error);

}  // namespace sotto::server
