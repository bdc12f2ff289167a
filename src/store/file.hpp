#pragma once
#include <filesystem>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "store/problem.hpp"

namespace sotto::store {

/// Writes the file anew (mode 0600): to a second name, fsync, rename, fsync of the folder, so that a crash leaves the
/// old file or the new one.
base::Result<void, Problem> write_durably(const std::filesystem::path& file, base::View bytes);

/// At most 64 KiB. errors  no_store if it isn't there, io
base::Result<base::Blob, Problem> read_small_file(const std::filesystem::path& file);

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int raw) : raw_(raw) {}
  Descriptor(Descriptor&& from) noexcept : raw_(from.raw_) { from.raw_ = -1; }
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  ~Descriptor();
  int raw() const { return raw_; }
  explicit operator bool() const { return raw_ >= 0; }

 private:
  int raw_;
};

/// What errno says, as a problem that names the file.
Problem problem_of_errno(int code, const std::filesystem::path& file);

}  // namespace sotto::store
