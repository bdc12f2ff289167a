#pragma once
#include <filesystem>

/// The least that the parts of a message can cost on this machine, measured in the same run.
namespace sotto::bench {

/// One write of 4 KiB and its fdatasync, in the folder.
double fdatasync_us(const std::filesystem::path& folder);
/// SQLite's own insert and delete of 1 KiB, 100 of each in a transaction, WAL and synchronous FULL: for one of both.
double sqlite_us(const std::filesystem::path& folder);
/// An HTTPS server of the same parts that answers at once and keeps nothing: processor time for one request of 1 KiB.
double bare_relay_us(const std::filesystem::path& folder);

}  // namespace sotto::bench
