#include "net/awaitable.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/check.hpp"

namespace sotto::net {

void spawn(asio::any_io_executor executor, asio::awaitable<void> work) {
  spawn(std::move(executor), std::move(work), [] {});
}

void spawn(asio::any_io_executor executor, asio::awaitable<void> work, std::function<void()> ended) {
  asio::co_spawn(executor, std::move(work), [ended = std::move(ended)](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);  // out of io_context::run(): main() reports it and exits
    ended();
  });
}

asio::awaitable<void> yield_to(asio::any_io_executor executor) { co_await asio::post(executor, asio::use_awaitable); }

}  // namespace sotto::net
