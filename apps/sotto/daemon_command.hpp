#pragma once
#include "commands.hpp"

namespace sotto::app {

/// Owns the data folder until it is told to stop; other commands reach it over the folder's socket.
ExitCode run_daemon(const Settings& settings);

}  // namespace sotto::app
