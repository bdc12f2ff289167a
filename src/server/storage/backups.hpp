#pragma once
#include "server/storage/acts.hpp"
#include "server/storage/blobs.hpp"

namespace sotto::server {

/// An archive as an act of the account names it.
struct NewBackup {
  ActOn on;
  std::uint64_t counter;
  std::uint64_t size;
  base::Bytes<32> sha256;
  base::Blob manifest;
  BlobId blob;
};

struct KnownBackup {
  std::uint64_t counter;
  base::Day day;
  std::uint64_t size;
  base::Bytes<32> sha256;
  base::Blob manifest;
  BlobId blob;
};

struct Backups {
  base::Blob introduction;
  base::Blob backup_statement;
  std::vector<KnownBackup> archives;  // newest first
};

struct BackupOutcome {
  ActOutcome act;
  std::uint64_t counter = 0;  // of the archive that stands
};

class BackupStorage {
 public:
  virtual ~BackupStorage() = default;

  /// In one step; the one before is kept for limits::old_backup_days more. The counter never goes back.
  virtual asio::awaitable<Stored<BackupOutcome>> replace(NewBackup backup) = 0;
  virtual asio::awaitable<Stored<std::optional<Backups>>> of(wire::AccountId account) = 0;
};

}  // namespace sotto::server
