#pragma once
#include <span>

#include "rpc/host.hpp"
#include "rpc/params.hpp"

namespace sotto::rpc {

/// One request under way. Host and caller outlive it.
struct Call {
  Host& host;
  Caller& caller;
  Params params;

  client::Engine& engine() const { return host.engine(); }
};

using Handler = asio::awaitable<Result<json::value>> (*)(Call call);

struct Method {
  std::string_view name;
  Handler handler;
};

// The table, by what the methods are about.
std::span<const Method> conversation_methods();
std::span<const Method> people_methods();
std::span<const Method> device_methods();
std::span<const Method> account_methods();

/// Does what the request asks for.
///
/// errors  method_not_found, invalid_params; what the method itself says
asio::awaitable<Result<json::value>> run(Host& host, Caller& caller, Request request);
/// Every method there is, by name.
std::vector<std::string_view> method_names();

}  // namespace sotto::rpc
