#include "store/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sotto::store {
namespace {

constexpr std::size_t max_small_file = 64 * 1024;

bool write_all(int descriptor, base::View bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

bool sync_folder(const std::filesystem::path& folder) {
  const Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened && fsync(opened.raw()) == 0;
}

}  // namespace

Descriptor::~Descriptor() {
  if (raw_ >= 0) close(raw_);
}

Problem problem_of_errno(int code, const std::filesystem::path& file) {
  const std::string where = file.string();
  switch (code) {
    case ENOSPC:
    case EDQUOT:
      return {Error::disk_full, "the disk is full; nothing was changed: free some space and try again"};
    case EACCES:
    case EPERM:
    case EROFS:
      return {Error::not_writable, where + " can't be written: check the folder's permissions"};
    case ENOENT:
      return {Error::no_store, where + " is not there"};
    default:
      return {Error::io, where + ": " + std::strerror(code)};
  }
}

base::Result<void, Problem> write_durably(const std::filesystem::path& file, base::View bytes) {
  const std::filesystem::path fresh = file.string() + ".new";
  {
    const Descriptor opened(open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!opened) return problem_of_errno(errno, fresh);
    if (!write_all(opened.raw(), bytes) || fsync(opened.raw()) != 0) {
      const int why = errno;
      unlink(fresh.c_str());
      return problem_of_errno(why, fresh);
    }
  }
  if (rename(fresh.c_str(), file.c_str()) != 0) return problem_of_errno(errno, file);
  if (!sync_folder(file.parent_path())) return problem_of_errno(errno, file.parent_path());
  return {};
}

base::Result<base::Blob, Problem> read_small_file(const std::filesystem::path& file) {
  const Descriptor opened(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) return problem_of_errno(errno, file);
  base::Blob bytes(max_small_file + 1);
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = read(opened.raw(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return problem_of_errno(errno, file);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > max_small_file) return Problem{Error::damaged, file.string() + " is too large to be what it should be"};
  bytes.resize(size);
  return bytes;
}

}  // namespace sotto::store
