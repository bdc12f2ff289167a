#pragma once
#include "server/storage/embedded/database.hpp"
#include "server/storage/permits.hpp"

/// The transactions on permits, on one connection.
namespace sotto::server::tables {

struct KnownPermit {
  PermitHolder holder;
  base::Day last_day;
};

PermitsPut put_permits(Database& database, AccountRow account, const PermitChange& change, base::Day today);
std::optional<KnownPermit> find_permit(Database& database, const PermitHash& hash);
/// returns  whether there may be more to drop
bool expire_permits(Database& database, base::Day today);

}  // namespace sotto::server::tables
