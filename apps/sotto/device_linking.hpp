#pragma once
#include "commands.hpp"

namespace sotto::app {

struct LinkOptions {
  std::string server;
  std::string server_ca;
  std::string name;
  std::string kdf;
};
/// This folder becomes another device of an account.
ExitCode run_device_link(const Settings& settings, const LinkOptions& options);

}  // namespace sotto::app
