#pragma once
#include "commands.hpp"
#include "session.hpp"

namespace sotto::app {

struct LinkOptions {
  std::string server;
  std::string server_ca;
  std::string name;
  std::string kdf;
};
/// This folder becomes another device of an account.
ExitCode run_device_link(const Settings& settings, const LinkOptions& options);

struct DeviceChange {
  std::uint32_t number = 0;
  std::string name;
  std::string recovery_key_file;
};
/// Another device is added to this account.
ExitCode run_device_add(Session& session, const Settings& settings, const std::string& link, const std::string& name);
ExitCode run_device_list(Session& session, const Settings& settings);
ExitCode run_device_rename(Session& session, const Settings& settings, const DeviceChange& change);
ExitCode run_device_remove(Session& session, const Settings& settings, const DeviceChange& change);
ExitCode run_device_promote(Session& session, const Settings& settings, const DeviceChange& change);

}  // namespace sotto::app
