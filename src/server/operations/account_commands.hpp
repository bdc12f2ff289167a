#pragma once
#include "server/operations/commands.hpp"

namespace sotto::server {

/// What may be asked about accounts and invites.
std::span<const Command> account_commands();

}  // namespace sotto::server
