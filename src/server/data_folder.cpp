#include "server/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <thread>

namespace sotto::server {
namespace {

namespace fs = std::filesystem;
constexpr net::Duration between_tries{50};

DataFolder::Error not_writable(int code) {
  return {.problem = DataFolder::Problem::not_writable, .detail = std::generic_category().message(code)};
}

}  // namespace

base::Result<DataFolder, DataFolder::Error> DataFolder::open(const fs::path& path, net::Duration at_most) {
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) return not_writable(failure.value());
  const int file = ::open((path / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return not_writable(errno);
  DataFolder folder(path, file);
  for (net::Duration waited{0}; ::flock(file, LOCK_EX | LOCK_NB) != 0; waited += between_tries) {
    if (errno != EWOULDBLOCK && errno != EINTR) return not_writable(errno);
    if (waited >= at_most) return Error{.problem = Problem::in_use};
    std::this_thread::sleep_for(between_tries);
  }
  return folder;
}

DataFolder::DataFolder(DataFolder&& from) noexcept
    : path_(std::move(from.path_)), file_(std::exchange(from.file_, -1)) {}

DataFolder::~DataFolder() {
  if (file_ >= 0) ::close(file_);
}

std::string to_text(const DataFolder::Error& error) {
  switch (error.problem) {
    case DataFolder::Problem::in_use:
      return "the data folder is in use by another process";
    case DataFolder::Problem::not_writable:
      return "the data folder can't be written (" + error.detail + ")";
  }
  return "unknown problem";
}

}  // namespace sotto::server
