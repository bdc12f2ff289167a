#include "server/storage/blob_stores/disk_blobs.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <set>

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "crypto/hash.hpp"

namespace sotto::server {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t hashed_at_once = 1u << 20;  // bytes

class File {
 public:
  File(const fs::path& path, int flags) : file_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600)) {}
  ~File() {
    if (file_ >= 0) ::close(file_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return file_; }
  bool is_open() const { return file_ >= 0; }

 private:
  int file_;
};

StorageProblem problem() {
  if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) return StorageProblem::full;
  base::log::error("a blob could not be kept or read", base::Code{errno});
  return StorageProblem::failed;
}

fs::path whole_path(const fs::path& folder, const BlobId& id) {
  const std::string name = base::to_hex(id);
  return folder / name.substr(0, 2) / name;
}

fs::path part_path(const fs::path& folder, const BlobId& id) { return whole_path(folder, id).string() + ".part"; }

Stored<void> write_piece(const fs::path& path, std::uint64_t offset, base::View piece) {
  if (::mkdir(path.parent_path().c_str(), 0700) != 0 && errno != EEXIST) return problem();
  const File file(path, O_WRONLY | (offset == 0 ? O_CREAT | O_TRUNC : 0));
  if (!file.is_open()) return problem();
  for (auto at = static_cast<off_t>(offset); !piece.empty();) {
    const ssize_t written = ::pwrite(file.get(), piece.data(), piece.size(), at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return problem();
    piece = piece.subspan(static_cast<std::size_t>(written));
    at += written;
  }
  return {};
}

/// As many bytes as there are.
Stored<base::Blob> read_at(const File& file, std::uint64_t offset, std::uint64_t count) {
  base::Blob bytes(count);
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got =
        ::pread(file.get(), bytes.data() + size, bytes.size() - size, static_cast<off_t>(offset + size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return problem();
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

Stored<bool> is_this(const File& file, std::uint64_t size, const base::Bytes<32>& sha256) {
  crypto::Sha256 hash;
  std::uint64_t at = 0;
  for (;;) {
    TRY(const base::Blob bytes, read_at(file, at, hashed_at_once));
    if (bytes.empty()) break;
    hash.add(bytes);
    at += bytes.size();
  }
  return at == size && hash.finish() == sha256;
}

void sync_folder(const fs::path& folder) {
  const File file(folder, O_RDONLY | O_DIRECTORY);
  if (file.is_open()) ::fsync(file.get());
}

Stored<bool> make_whole(const fs::path& part, const fs::path& whole, std::uint64_t size,
                        const base::Bytes<32>& sha256) {
  {
    const File file(part, O_RDWR);
    if (!file.is_open() && errno != ENOENT) return problem();
    if (!file.is_open()) {
      const File before(whole, O_RDONLY);  // a retry of a finish() whose answer was lost
      return before.is_open() ? is_this(before, size, sha256) : Stored<bool>(false);
    }
    TRY(const bool fits, is_this(file, size, sha256));
    if (!fits) {
      ::unlink(part.c_str());
      return false;
    }
    if (::fsync(file.get()) != 0) return problem();
  }
  if (::rename(part.c_str(), whole.c_str()) != 0) return problem();
  sync_folder(whole.parent_path());
  sync_folder(whole.parent_path().parent_path());
  return true;
}

/// What was written since `start` is an upload of today.
Stored<void> remove_others(const fs::path& folder, const std::vector<BlobId>& known, fs::file_time_type start) {
  std::set<std::string> names;
  for (const BlobId& id : known) names.insert(base::to_hex(id));
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const fs::path& path = entry->path();
    std::error_code unknown;
    if (entry->is_regular_file(unknown) && entry->last_write_time(unknown) < start &&
        !names.contains(path.filename().string()))
      ::unlink(path.c_str());
  }
  return {};
}

}  // namespace

DiskBlobs::DiskBlobs(asio::any_io_executor executor, fs::path folder)
    : executor_(std::move(executor)), folder_(std::move(folder)), thread_([this] { loop(); }) {
  ::mkdir(folder_.c_str(), 0700);
}

DiskBlobs::~DiskBlobs() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

asio::awaitable<Stored<void>> DiskBlobs::write(BlobId id, std::uint64_t offset, base::Blob piece) {
  std::function<Stored<void>()> act = [path = part_path(folder_, id), offset, piece = std::move(piece)] {
    return write_piece(path, offset, piece);
  };
  return run<void>(std::move(act));
}

asio::awaitable<Stored<bool>> DiskBlobs::finish(BlobId id, std::uint64_t size, base::Bytes<32> sha256) {
  std::function<Stored<bool>()> act = [part = part_path(folder_, id), whole = whole_path(folder_, id), size, sha256] {
    return make_whole(part, whole, size, sha256);
  };
  return run<bool>(std::move(act));
}

asio::awaitable<Stored<base::Blob>> DiskBlobs::read(BlobId id, std::uint64_t offset, std::uint64_t count) {
  std::function<Stored<base::Blob>()> act = [path = whole_path(folder_, id), offset, count]() -> Stored<base::Blob> {
    const File file(path, O_RDONLY);
    if (!file.is_open()) return problem();
    return read_at(file, offset, count);
  };
  return run<base::Blob>(std::move(act));
}

asio::awaitable<Stored<void>> DiskBlobs::remove(BlobId id) {
  std::function<Stored<void>()> act = [part = part_path(folder_, id),
                                       whole = whole_path(folder_, id)]() -> Stored<void> {
    for (const fs::path& path : {part, whole}) {
      if (::unlink(path.c_str()) != 0 && errno != ENOENT) return problem();
    }
    return {};
  };
  return run<void>(std::move(act));
}

asio::awaitable<Stored<void>> DiskBlobs::sweep(std::vector<BlobId> known) {
  std::function<Stored<void>()> act = [folder = folder_, known = std::move(known), start = started_] {
    return remove_others(folder, known, start);
  };
  return run<void>(std::move(act));
}

template <class T>
asio::awaitable<Stored<T>> DiskBlobs::run(std::function<Stored<T>()> act) {
  const auto result = std::make_shared<std::optional<Stored<T>>>();  // shared with the task
  Task task{.act = [result, act = std::move(act)] { result->emplace(act()); }, .ended = {}};
  co_await done(std::move(task));
  co_return std::move(**result);
}

asio::awaitable<void> DiskBlobs::done(Task task) {
  Task* const given = &task;  // a lambda in a co_await owns nothing (g++ 12); `task` lives in our frame
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [this, given](auto handler) {
        given->ended = net::Handler<>(std::move(handler));
        ++pending_;
        {
          const std::lock_guard lock(mutex_);
          tasks_.push_back(std::move(*given));
        }
        arrived_.notify_one();
      },
      asio::use_awaitable);
}

void DiskBlobs::loop() {
  for (;;) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return is_ending_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task.act();
    task.act = {};
    asio::post(executor_, [ended = std::move(task.ended)]() mutable { ended(); });
    --pending_;  // only now, so that whoever sees 0 finds it posted
  }
}

}  // namespace sotto::server
