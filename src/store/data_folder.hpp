#pragma once
#include <chrono>
#include <filesystem>

#include "store/file.hpp"

namespace sotto::store {

/// A person's data folder (mode 0700), held by one process at a time. The lock dies with the process.
class DataFolder {
 public:
  /// Makes the folder if it isn't there, and waits for another process to let go of it.
  ///
  /// errors  in_use  still held after `patience`; not_writable, disk_full, io
  static base::Result<DataFolder, Problem> claim(const std::filesystem::path& path, std::chrono::milliseconds patience);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path key_slot() const { return path_ / "keyslot"; }
  std::filesystem::path database() const { return path_ / "store.db"; }
  bool has_store() const;  // the slot is written last, so it says that all the rest was there

 private:
  DataFolder(std::filesystem::path path, Descriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  std::filesystem::path path_;
  Descriptor lock_;
};

}  // namespace sotto::store
