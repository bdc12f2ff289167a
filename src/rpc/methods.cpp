#include "rpc/methods.hpp"

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>

namespace sotto::rpc {
namespace {

std::array<std::span<const Method>, 4> all_methods() {
  return {conversation_methods(), people_methods(), device_methods(), account_methods()};
}

}  // namespace

asio::awaitable<Result<json::value>> run(Host& host, Caller& caller, Request request) {
  for (const auto& methods : all_methods()) {
    const auto found = std::ranges::find(methods, request.method, &Method::name);
    if (found == methods.end()) continue;
    Call call{.host = host, .caller = caller, .params = Params(std::move(request.params))};
    co_return co_await found->handler(std::move(call));
  }
  co_return Failure(Code::method_not_found, "there is no method \"" + request.method + "\"");
}

std::vector<std::string_view> method_names() {
  std::vector<std::string_view> names;
  for (const auto& methods : all_methods()) {
    for (const Method& method : methods) names.push_back(method.name);
  }
  return names;
}

}  // namespace sotto::rpc
