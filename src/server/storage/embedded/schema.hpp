#pragma once
#include "server/storage/embedded/database.hpp"

namespace sotto::server {

constexpr std::int64_t schema_version = 4;

/// Makes or migrates the tables, one transaction a version.
/// up_to    a version before the last one: of tests, which begin there
/// returns  the version that was found, 0 in a new file; if it is above schema_version, or one that was never released,
///          nothing has been done
std::int64_t migrate(Database& database, std::int64_t up_to = schema_version);
constexpr bool can_be_read(std::int64_t found) { return found == 0 || (found >= 2 && found <= schema_version); }

}  // namespace sotto::server
