#include "store/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <thread>

namespace sotto::store {

base::Result<DataFolder, Problem> DataFolder::claim(const std::filesystem::path& path,
                                                    std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds between_tries{20};
  std::error_code failed;
  std::filesystem::create_directories(path.parent_path().empty() ? "." : path.parent_path(), failed);
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return problem_of_errno(errno, path);

  const std::filesystem::path file = path / "lock";
  Descriptor lock(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) return problem_of_errno(errno, file);
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (flock(lock.raw(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return problem_of_errno(errno, file);
    if (std::chrono::steady_clock::now() >= give_up) {
      return Problem{Error::in_use, path.string() + " is in use by another sotto: wait until it ends, or end it"};
    }
    std::this_thread::sleep_for(between_tries);
  }
  return DataFolder(path, std::move(lock));
}

bool DataFolder::has_store() const { return std::filesystem::exists(key_slot()); }

}  // namespace sotto::store
