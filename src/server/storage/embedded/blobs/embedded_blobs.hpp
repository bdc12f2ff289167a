#pragma once
#include "server/storage/embedded/blobs/blob_tables.hpp"
#include "server/storage/embedded/engine.hpp"

namespace sotto::server {

class EmbeddedBlobs final : public BlobStorage {
 public:
  explicit EmbeddedBlobs(Engine engine) : engine_(engine) {}

  asio::awaitable<Stored<void>> add(StoredBlob blob) override { return engine_.write(tables::add_blob, blob); }
  asio::awaitable<Stored<std::optional<StoredBlob>>> find(BlobId id, base::Day today) override {
    return engine_.read(tables::find_blob, id, today);
  }
  asio::awaitable<Stored<std::vector<BlobId>>> all() override { return engine_.read(tables::all_blobs); }

 private:
  Engine engine_;
};

class EmbeddedBackups final : public BackupStorage {
 public:
  explicit EmbeddedBackups(Engine engine) : engine_(engine) {}

  asio::awaitable<Stored<BackupOutcome>> replace(NewBackup backup) override {
    return engine_.write(tables::replace_backup, std::move(backup));
  }
  asio::awaitable<Stored<std::optional<Backups>>> of(wire::AccountId account) override {
    return engine_.read(tables::backups_of, account);
  }

 private:
  Engine engine_;
};

}  // namespace sotto::server
