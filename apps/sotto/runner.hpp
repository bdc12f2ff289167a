#pragma once
#include <memory>

#include "commands.hpp"
#include "rpc/message.hpp"

namespace sotto::app {

/// A command, as a request.
struct Wish {
  std::string method;
  rpc::json::object params = {};
  std::string recovery_key_file = {};  // read here if it is asked for
};

/// Has it done: by the daemon if one owns the data folder, else by opening the folder.
client::Result<rpc::json::value> run_wish(const Settings& settings, Wish wish);

}  // namespace sotto::app
