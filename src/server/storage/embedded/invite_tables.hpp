#pragma once
#include "server/storage/embedded/database.hpp"
#include "server/storage/invites.hpp"

/// The transactions on invites.
namespace sotto::server::tables {

Invite make_invite(Database& database, const InviteHash& hash, std::uint32_t uses, base::Day last_day);
std::vector<Invite> invites(Database& database);
bool revoke_invite(Database& database, std::uint64_t id);
/// Takes one use of it. returns  whether it was good
bool use_invite(Database& database, const InviteHash& hash, base::Day today);
void expire_invites(Database& database, base::Day today);

}  // namespace sotto::server::tables
