#pragma once
#include "base/time.hpp"
#include "server/storage/maintenance.hpp"

/// What is done to a store that nobody has open: whoever calls holds the data folder's lock.
namespace sotto::server {

struct Restored {
  std::uint64_t epoch = 0;
  std::filesystem::path replaced = {};  // where the store lies that was there before; empty if there was none
  std::vector<Finding> findings = {};   // that are no reason to refuse it
};

/// Puts a backup in the place of a store. It is read as a whole before anything is touched; there is one whole store or
/// the other at any instant. The new one begins a new epoch: it knows no one-time prekeys, as the lost store may have
/// handed out any of them, and gives positions above all that the lost one can have given.
///
/// backup   an open file
/// file     the store's; it may be there
/// now      makes the epoch, so that two restores of one backup differ
Maintained<Restored> restore_store(int backup, const std::filesystem::path& file, base::Timestamp now);

Maintained<std::vector<Finding>> check_store(const std::filesystem::path& file);
Maintained<Compacted> compact_store(const std::filesystem::path& file);

}  // namespace sotto::server
