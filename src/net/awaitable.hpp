#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>

namespace sotto::net {

namespace asio = boost::asio;

/// Starts a coroutine that nobody waits for. An exception that leaves it ends the program: it is a bug of ours.
void spawn(asio::any_io_executor executor, asio::awaitable<void> work);

/// The same, and says when it has ended.
void spawn(asio::any_io_executor executor, asio::awaitable<void> work, std::function<void()> ended);

/// Lets everything else that is ready run first, and goes on on `executor`.
asio::awaitable<void> yield_to(asio::any_io_executor executor);

}  // namespace sotto::net
