// The account as a whole.
#include <boost/json/value.hpp>

#include "rpc/methods.hpp"
#include "rpc/values.hpp"

namespace sotto::rpc {
namespace {

/// → server, account, queue, store, version.
asio::awaitable<Result<json::value>> status(Call call) {
  CO_TRY_VOID(call.params.only({}));
  CO_TRY(const client::Status status, from(co_await call.engine().status()));
  co_return status_object(status);
}

constexpr Method methods[] = {{"status", status}};

}  // namespace

std::span<const Method> account_methods() { return methods; }

}  // namespace sotto::rpc
