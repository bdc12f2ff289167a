#pragma once
#include "store/sqlite.hpp"

namespace sotto::store {

/// Brings the database to this program's schema, in one transaction. Throws SqlError: newer_version if a later program
/// wrote it, damaged if it is none of ours.
void migrate(Connection& database);

/// Whether nothing was ever made in it.
bool is_empty(Connection& database);

}  // namespace sotto::store
