#include "server/storage/embedded/maintenance/copy.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include "base/log.hpp"

namespace sotto::server {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int pages_at_once = 256;      // 1 MiB
constexpr int steps_between_syncs = 4;  // so that no sync has much to write, and no commit waits for it long
constexpr std::chrono::milliseconds least_rest{1};  // after each step; otherwise as long as the step took

std::string reason(int code) { return std::generic_category().message(code); }

/// A file that is gone again unless it was kept.
class Draft {
 public:
  explicit Draft(fs::path path) : path_(std::move(path)) {
    std::error_code failure;
    fs::remove(path_, failure);  // of a run that was cut off
    file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  }
  ~Draft() {
    if (file_ >= 0) ::close(file_);
    std::error_code failure;
    if (!is_kept_) fs::remove(path_, failure);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  const fs::path& path() const { return path_; }
  bool is_open() const { return file_ >= 0; }
  bool sync() const { return ::fdatasync(file_) == 0; }
  bool keep_as(const fs::path& name) {
    is_kept_ = ::fsync(file_) == 0 && ::rename(path_.c_str(), name.c_str()) == 0;
    if (is_kept_) sync_folder(name.parent_path());
    return is_kept_;
  }

 private:
  fs::path path_;
  int file_ = -1;
  bool is_kept_ = false;
};

/// The transaction in which one moment of the store can be read for as long as it takes.
class Moment {
 public:
  explicit Moment(Database& database) : database_(database) {
    database_.execute("BEGIN");
    Query(database_, "SELECT id FROM server").run();  // a transaction begins with its first read
  }
  ~Moment() {
    try {
      if (database_.is_in_transaction()) database_.execute("COMMIT");
    } catch (const SqlError& error) {  // it only read: nothing is lost
      base::log::warning("a backup's transaction did not end", base::Code{error.code});
    }
  }
  Moment(const Moment&) = delete;
  Moment& operator=(const Moment&) = delete;

 private:
  Database& database_;
};

void copy_pages(Database& from, const Draft& draft, const std::atomic<bool>& is_ending) {
  const Moment moment(from);
  Database to(draft.path(), Database::Access::write);
  to.execute("PRAGMA journal_mode = OFF");  // a copy that was cut off is thrown away
  to.execute("PRAGMA synchronous = OFF");
  to.execute("PRAGMA locking_mode = EXCLUSIVE");
  int steps = 0;
  auto begun = Clock::now();
  from.copy_to(to, pages_at_once, [&] {
    if (++steps % steps_between_syncs == 0 && !draft.sync()) return false;
    std::this_thread::sleep_for(std::max<Clock::duration>(Clock::now() - begun, least_rest));
    begun = Clock::now();
    return !is_ending;
  });
}

}  // namespace

MaintenanceProblem in_words(const SqlError& error) {
  switch (error.code) {
    case SQLITE_FULL:
      return {"no room is left on the disk"};
    case SQLITE_INTERRUPT:
      return {"it was interrupted"};
    case SQLITE_NOTADB:
      return {"the file is not a store of this server"};
    case SQLITE_CORRUPT:
      return {"the store is damaged (" + error.message + "); restore it from a backup"};
    default:
      return {"the database says: " + error.message};
  }
}

void sync_folder(const fs::path& folder) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  ::fsync(file);
  ::close(file);
}

Maintained<BackedUp> copy_store(Database& from, const fs::path& to, const std::atomic<bool>& is_ending) {
  std::error_code failure;
  if (fs::create_directories(to.parent_path(), failure))
    fs::permissions(to.parent_path(), fs::perms::owner_all, failure);
  if (fs::exists(to, failure)) return MaintenanceProblem{"there is a " + to.string() + " already"};
  Draft draft(to.string() + ".part");
  if (!draft.is_open()) return MaintenanceProblem{draft.path().string() + " can't be made (" + reason(errno) + ")"};
  try {
    copy_pages(from, draft, is_ending);
  } catch (const SqlError& error) {
    return in_words(error);
  }
  if (!draft.keep_as(to)) return MaintenanceProblem{to.string() + " can't be written (" + reason(errno) + ")"};
  return BackedUp{.file = to, .bytes = fs::file_size(to, failure)};
}

}  // namespace sotto::server
