#pragma once
#include "server/storage/database.hpp"

namespace sotto::server {

constexpr std::int64_t schema_version = 1;

/// Makes or migrates the tables, one transaction a version.
/// returns  the version that was found; if it is above schema_version nothing has been done
std::int64_t migrate(Database& database);

}  // namespace sotto::server
