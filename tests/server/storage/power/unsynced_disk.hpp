#pragma once
#include <sqlcipher/sqlite3.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.hpp"
#include "base/check.hpp"

namespace sotto::test {

/// A layer between SQLite and the system's files, for as long as it lives. It keeps apart what was written and not yet
/// synced, so that power can be lost: then any part of that may be on the disk, in any order, torn between sectors.
class UnsyncedDisk {
 public:
  using Files = std::map<std::string, base::Blob>;  // by path
  enum class Syncing { works, is_a_lie };           // a lie: so that a test which sees nothing is noticed

  explicit UnsyncedDisk(Syncing syncing = Syncing::works) : syncing_(syncing) {
    below_ = sqlite3_vfs_find(nullptr);
    vfs_ = *below_;
    vfs_.zName = "unsynced";
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + below_->szOsFile;
    vfs_.pAppData = this;
    vfs_.xOpen = open;
    vfs_.xDelete = remove;
    CHECK(sqlite3_vfs_register(&vfs_, 1) == SQLITE_OK);
  }
  ~UnsyncedDisk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(below_, 1);
  }
  UnsyncedDisk(const UnsyncedDisk&) = delete;
  UnsyncedDisk& operator=(const UnsyncedDisk&) = delete;

  /// Called before each write, sync and removal, under lock(): the instants at which power can go.
  std::function<void()> before_each;
  /// How long a sync takes.
  std::chrono::milliseconds sync_takes{0};
  /// What writes and syncs say instead of being done; SQLITE_OK: they are done.
  std::atomic<int> refusal{SQLITE_OK};
  std::unique_lock<std::recursive_mutex> lock() { return std::unique_lock(mutex_); }

  /// What a disk may hold if power goes now: all that was synced, and of the rest what chance leaves. Under lock().
  Files after_power_loss(std::mt19937_64& random) const {
    constexpr std::array<unsigned, 5> chances{0, 10, 50, 90, 100};  // percent of the sectors survive
    const unsigned chance = chances[random() % chances.size()];
    const auto survives = [&] { return random() % 100 < chance; };
    Files files;
    for (const auto& [path, image] : images_) {
      if (image->is_removed && survives()) continue;
      base::Blob bytes = image->synced;
      for (const Change& change : image->unsynced) apply(bytes, change, survives);
      if (!bytes.empty()) files.emplace(path, std::move(bytes));
    }
    return files;
  }

 private:
  static constexpr std::size_t sector = 512;

  struct Change {
    std::uint64_t offset = 0;  // or the new size
    base::Blob bytes = {};
    bool is_truncation = false;
  };
  struct Image {
    base::Blob synced;
    std::vector<Change> unsynced = {};
    bool is_removed = false;
  };
  struct File : sqlite3_file {
    UnsyncedDisk* disk;
    Image* image;  // null: a file that no crash leaves behind
    sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };

  template <class Survives>
  static void apply(base::Blob& bytes, const Change& change, const Survives& survives) {
    if (change.is_truncation) {
      if (survives()) bytes.resize(change.offset);
      return;
    }
    for (std::size_t at = 0; at < change.bytes.size();) {
      const std::size_t begin = change.offset + at;
      const std::size_t size = std::min(change.bytes.size() - at, sector - begin % sector);
      if (survives()) {
        bytes.resize(std::max(bytes.size(), begin + size));
        std::copy_n(change.bytes.begin() + static_cast<std::ptrdiff_t>(at), size,
                    bytes.begin() + static_cast<std::ptrdiff_t>(begin));
      }
      at += size;
    }
  }

  void note(Image& image, Change change) {
    const std::lock_guard guard(mutex_);
    if (before_each) before_each();
    image.unsynced.push_back(std::move(change));
  }
  void sync(Image& image) {
    std::this_thread::sleep_for(sync_takes);
    const std::lock_guard guard(mutex_);
    if (before_each) before_each();
    if (syncing_ == Syncing::is_a_lie) return;
    for (const Change& change : image.unsynced) apply(image.synced, change, [] { return true; });
    image.unsynced.clear();
  }
  Image* image_of(const std::string& path) {
    const std::lock_guard guard(mutex_);
    auto& image = images_[path];
    if (!image || image->is_removed) {
      std::ifstream file(path, std::ios::binary);
      const std::string there((std::istreambuf_iterator<char>(file)), {});
      kept_.push_back(std::make_unique<Image>(Image{.synced = base::blob(base::view(there))}));
      image = kept_.back().get();
    }
    return image;
  }

  static UnsyncedDisk& of(sqlite3_vfs* vfs) { return *static_cast<UnsyncedDisk*>(vfs->pAppData); }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    UnsyncedDisk& disk = of(vfs);
    auto* const made = new (file) File{};
    const int code = disk.below_->xOpen(disk.below_, name, made->below(), flags, out_flags);
    if (code != SQLITE_OK) return code;
    constexpr int lasting = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
    made->disk = &disk;
    made->image = name && (flags & lasting) ? disk.image_of(name) : nullptr;
    made->pMethods = methods();
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* name, int syncs_folder) {
    UnsyncedDisk& disk = of(vfs);
    {
      const std::lock_guard guard(disk.mutex_);
      if (disk.before_each) disk.before_each();
      const auto found = disk.images_.find(name);
      if (found != disk.images_.end()) found->second->is_removed = true;
      if (found != disk.images_.end() && syncs_folder != 0) disk.images_.erase(found);
    }
    return disk.below_->xDelete(disk.below_, name, 0);
  }

  static File& as_file(sqlite3_file* file) { return *static_cast<File*>(file); }
  static sqlite3_file* down(sqlite3_file* file) { return as_file(file).below(); }

  static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    File& ours = as_file(file);
    if (ours.disk->refusal != SQLITE_OK) return ours.disk->refusal;
    const auto* begin = static_cast<const std::uint8_t*>(from);
    if (ours.image)
      ours.disk->note(*ours.image,
                      {.offset = static_cast<std::uint64_t>(offset), .bytes = base::Blob(begin, begin + size)});
    return down(file)->pMethods->xWrite(down(file), from, size, offset);
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    File& ours = as_file(file);
    if (ours.image) ours.disk->note(*ours.image, {.offset = static_cast<std::uint64_t>(size), .is_truncation = true});
    return down(file)->pMethods->xTruncate(down(file), size);
  }
  static int sync(sqlite3_file* file, int) {  // the system's disk is spared: what counts is kept here
    File& ours = as_file(file);
    if (ours.disk->refusal != SQLITE_OK) return ours.disk->refusal;
    if (ours.image) ours.disk->sync(*ours.image);
    return SQLITE_OK;
  }

  // What only passes through
  static int close(sqlite3_file* file) { return down(file)->pMethods->xClose(down(file)); }
  static int read(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
    return down(file)->pMethods->xRead(down(file), into, size, offset);
  }
  static int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return down(file)->pMethods->xFileSize(down(file), size);
  }
  static int take_lock(sqlite3_file* file, int level) { return down(file)->pMethods->xLock(down(file), level); }
  static int give_lock(sqlite3_file* file, int level) { return down(file)->pMethods->xUnlock(down(file), level); }
  static int check_lock(sqlite3_file* file, int* out) {
    return down(file)->pMethods->xCheckReservedLock(down(file), out);
  }
  static int control(sqlite3_file* file, int what, void* argument) {
    return down(file)->pMethods->xFileControl(down(file), what, argument);
  }
  static int sector_size(sqlite3_file*) { return static_cast<int>(sector); }
  static int traits(sqlite3_file*) { return 0; }  // nothing is promised: neither whole sectors nor their order
  static int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
    return down(file)->pMethods->xShmMap(down(file), region, size, extend, out);
  }
  static int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    return down(file)->pMethods->xShmLock(down(file), offset, count, flags);
  }
  static void shm_barrier(sqlite3_file* file) { down(file)->pMethods->xShmBarrier(down(file)); }
  static int shm_unmap(sqlite3_file* file, int deletes) { return down(file)->pMethods->xShmUnmap(down(file), deletes); }

  static const sqlite3_io_methods* methods() {
    static const sqlite3_io_methods all{2,         close,       read,       write,   truncate,    sync,   file_size,
                                        take_lock, give_lock,   check_lock, control, sector_size, traits, shm_map,
                                        shm_lock,  shm_barrier, shm_unmap,  nullptr, nullptr};
    return &all;
  }

  Syncing syncing_;
  sqlite3_vfs* below_ = nullptr;
  sqlite3_vfs vfs_{};
  mutable std::recursive_mutex mutex_;
  std::vector<std::unique_ptr<Image>> kept_;  // files that are open may have been removed
  std::map<std::string, Image*> images_;
};

/// Lays files of a lost disk into another folder, under their own names.
inline void lay_out(const UnsyncedDisk::Files& files, const std::filesystem::path& folder) {
  for (const auto& [path, bytes] : files) {
    std::ofstream file(folder / std::filesystem::path(path).filename(), std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
}

}  // namespace sotto::test
