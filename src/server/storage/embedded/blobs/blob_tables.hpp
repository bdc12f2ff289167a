#pragma once
#include "server/storage/backups.hpp"
#include "server/storage/embedded/queue_counts.hpp"

/// The transactions on blobs and backups.
namespace sotto::server::tables {

void add_blob(Database& database, const StoredBlob& blob);
std::optional<StoredBlob> find_blob(Database& database, const BlobId& id, base::Day today);
std::vector<BlobId> all_blobs(Database& database);
/// returns  those whose bytes are no longer wanted
std::vector<BlobId> expire_blobs(Database& database, base::Day today);

BackupOutcome replace_backup(Database& database, const NewBackup& backup);
std::optional<Backups> backups_of(Database& database, const wire::AccountId& account);
/// Archives that were replaced long enough ago; before expire_blobs, which takes their bytes.
void expire_backups(Database& database, base::Day today);

}  // namespace sotto::server::tables
