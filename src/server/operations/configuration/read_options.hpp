#pragma once
#include <functional>

#include "server/operations/configuration/options_file.hpp"

namespace sotto::server {

/// What a program was started with.
struct Given {
  std::map<std::string, Texts> flags = {};            // by option name
  std::map<std::string, std::string> variables = {};  // of the environment: all whose name begins with SOTTO_SERVER_
  std::string file = {};                              // of --config; empty if there was none
};

/// The environment's part of it.
std::map<std::string, std::string> server_variables();

/// The file that is read if neither a file nor a data folder is named, and if it is there.
constexpr const char* usual_options_file = "/etc/sotto/sotto-server.toml";

/// Puts the options together: a flag counts more than a variable, that more than the file, that more than the default.
///
/// errors   the first thing that is wrong, with the flag, variable or line where it stands; unknown keys and variables
///          are wrong too
OptionResult<Options> read_options(const Given& given);

}  // namespace sotto::server
