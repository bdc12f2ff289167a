#pragma once
#include "client/engine.hpp"

/// Looks over account, server, store and prekeys, and says what to do about what is not well.
namespace sotto::client::doctor {

struct Finding {
  std::string check;  // one word: account, server, devices, prekeys, outbox, store, …
  bool is_well = true;
  std::string words;
  std::string next;  // what to do; empty if it is well
};

/// errors  refused  only if there is no account to look at
asio::awaitable<Result<std::vector<Finding>>> examine(Engine& engine);

}  // namespace sotto::client::doctor
