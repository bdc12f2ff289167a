#pragma once
#include <atomic>
#include <filesystem>

#include "server/storage/embedded/database.hpp"
#include "server/storage/maintenance.hpp"

namespace sotto::server {

/// Copies a store that is being written: as it was when the call began, a piece at a time with a rest after each, so
/// that the disk serves the others too. Readable by its owner only, synced, and there under its name once it is whole.
///
/// from       a connection of its own: it holds a read transaction meanwhile, and the write-ahead log grows
/// to         must not be there; its folder is made
/// is_ending  ends it early
Maintained<BackedUp> copy_store(Database& from, const std::filesystem::path& to, const std::atomic<bool>& is_ending);

MaintenanceProblem in_words(const SqlError& error);
void sync_folder(const std::filesystem::path& folder);

}  // namespace sotto::server
