#pragma once
#include "server/storage/blobs.hpp"

namespace sotto::server {

/// Where the bytes of blobs lie: a folder, or S3-compatible storage. A blob is written piece by piece, becomes whole by
/// finish(), and never changes after that.
class BlobStore {
 public:
  virtual ~BlobStore() = default;

  /// Appends at `offset`, which is where the last piece ended; 0 begins, also again.
  virtual asio::awaitable<Stored<void>> write(BlobId id, std::uint64_t offset, base::Blob piece) = 0;
  /// Makes it whole. Resumes when it is durable.
  /// returns  false if it isn't these bytes: then nothing is left of it
  virtual asio::awaitable<Stored<bool>> finish(BlobId id, std::uint64_t size, base::Bytes<32> sha256) = 0;
  /// Bytes of a whole blob, as many as there are up to `count`.
  virtual asio::awaitable<Stored<base::Blob>> read(BlobId id, std::uint64_t offset, std::uint64_t count) = 0;
  /// Whole or not; what isn't there is no error.
  virtual asio::awaitable<Stored<void>> remove(BlobId id) = 0;
  /// At the start: removes whatever is neither whole nor known.
  virtual asio::awaitable<Stored<void>> sweep(std::vector<BlobId> known) = 0;

  /// Whether anything has been asked and not yet answered; virtual time stands still meanwhile.
  virtual bool is_busy() const = 0;
};

}  // namespace sotto::server
