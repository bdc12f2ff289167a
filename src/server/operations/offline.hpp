#pragma once
#include <optional>

#include "server/operations/call.hpp"

namespace sotto::server {

/// Puts a backup in the place of the store. No server may run with these options.
///
/// returns  the exit code
int restore(const Options& options, const std::string& backup, Printed printed, std::ostream& out, std::ostream& err);

/// Does a command that a stopped server's store can be asked too: `check`, `compact`.
///
/// returns  the exit code; nothing if it is another command, or a server has the data folder
std::optional<int> act_offline(const Options& options, const Question& question, std::ostream& out, std::ostream& err);

}  // namespace sotto::server
