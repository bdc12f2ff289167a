#pragma once
#include "commands.hpp"
#include "rpc/message.hpp"

namespace sotto::app {

/// Prints what a method answered, in words or as JSON.
///
/// returns  the exit code that belongs to it
ExitCode print_answer(const Settings& settings, const std::string& method, const rpc::json::value& answer);

}  // namespace sotto::app
