#pragma once
#include "server/storage/embedded/database.hpp"
#include "server/storage/maintenance.hpp"

namespace sotto::server {

/// Whether the file is whole, page by page and index by index: what SQLite itself can say.
std::vector<Finding> damage_in(Database& database);
/// What SQLite can't know: counts that don't count, rows that belong to nothing.
std::vector<Finding> contradictions_in(Database& database);

}  // namespace sotto::server
