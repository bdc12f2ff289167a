#pragma once
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "server/storage/problem.hpp"

namespace sotto::server {

using BlobId = base::Bytes<16>;
enum class BlobKind : std::uint8_t { attachment = 0, backup = 1 };

struct StoredBlob {
  BlobId id;
  BlobKind kind;
  std::uint64_t size;
  base::Bytes<32> sha256;
  base::Day last_day;
};

/// Which blobs there are; their bytes lie in a BlobStore. Nothing here says whose they are.
class BlobStorage {
 public:
  virtual ~BlobStorage() = default;

  /// A blob that is whole. The very same again is no harm.
  virtual asio::awaitable<Stored<void>> add(StoredBlob blob) = 0;
  /// Nothing if there is none, or its last day has passed.
  virtual asio::awaitable<Stored<std::optional<StoredBlob>>> find(BlobId id, base::Day today) = 0;
  /// Which of these are here: the others are leftovers of a crash.
  virtual asio::awaitable<Stored<std::vector<BlobId>>> all() = 0;
};

}  // namespace sotto::server
