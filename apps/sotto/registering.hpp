#pragma once
#include "commands.hpp"

namespace sotto::app {

struct RegisterOptions {
  std::string server;
  std::string name;
  std::string server_ca;
  std::string recovery_key_file;
  std::string kdf;
  std::string replaces;  // an account id
};
/// A new account in this folder, or the end of a registration whose answer never came.
ExitCode run_register(const Settings& settings, const RegisterOptions& options);

}  // namespace sotto::app
