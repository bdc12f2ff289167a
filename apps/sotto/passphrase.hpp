#pragma once
#include "base/secret.hpp"
#include "client/problem.hpp"
#include "commands.hpp"

namespace sotto::app {

enum class Asking { once, twice };  // twice when a new one is chosen

/// From --passphrase-file (its first line), else asked on the terminal without showing it.
client::Result<base::SecretBlob> read_passphrase(const Settings& settings, Asking asking);

/// A line typed on the terminal; nothing if there is none.
std::optional<std::string> ask_on_terminal(const std::string& question, bool shows_typing);

}  // namespace sotto::app
