#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "server/storage/problem.hpp"

namespace sotto::server {

/// Why something was not done, in words for whoever runs the server.
struct MaintenanceProblem {
  std::string words;
};
template <class T>
using Maintained = base::Result<T, MaintenanceProblem>;

struct StorageFigures {
  std::uint64_t accounts = 0;
  std::uint64_t devices = 0;
  std::uint64_t queued_envelopes = 0;
  std::uint64_t queued_bytes = 0;  // a payload that many share counts once for each
  std::uint64_t file_bytes = 0;
  std::uint64_t free_bytes = 0;  // of these: waiting to be used again
};

struct BackedUp {
  std::filesystem::path file;
  std::uint64_t bytes = 0;
};

/// Something in the store that is not as it should be.
struct Finding {
  std::string what;
  std::string remedy;
};

struct Compacted {
  std::uint64_t bytes_before = 0;
  std::uint64_t bytes_after = 0;
  std::string remark = {};  // why it could not do more; empty if it could
};

/// What an operator does with the store while it serves. Every call works beside the others' and holds none of them up
/// for longer than a commit takes.
class Maintenance {
 public:
  virtual ~Maintenance() = default;

  /// Which life of the store this is. A restored one begins another, with a higher number: what clients were told in
  /// between may be gone.
  virtual std::uint64_t epoch() const = 0;
  /// cost     reads each queued envelope
  virtual asio::awaitable<Maintained<StorageFigures>> figures() = 0;
  /// Writes a copy of the store as it is now, below the data folder. All that was answered before the call is in it.
  ///
  /// name     letters, digits, `.`, `_`, `-`; no such copy may be there yet
  virtual asio::awaitable<Maintained<BackedUp>> back_up(std::string name) = 0;
  /// Reads all of it and looks for what can't be.
  virtual asio::awaitable<Maintained<std::vector<Finding>>> check() = 0;
  /// Gives room that nothing uses back to the disk.
  virtual asio::awaitable<Maintained<Compacted>> compact() = 0;
};

}  // namespace sotto::server
