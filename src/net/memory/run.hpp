#pragma once
#include <boost/asio/io_context.hpp>
#include <optional>

#include "base/check.hpp"
#include "net/memory/virtual_time.hpp"

namespace sotto::net {

template <class T>
asio::awaitable<void> keep_result(asio::awaitable<T> work, std::optional<T>& result) {
  result.emplace(co_await std::move(work));
}

/// For tests: runs until the coroutine has ended, and gives what it gave.
template <class T>
T run(asio::io_context& io, asio::awaitable<T> work) {
  std::optional<T> result;
  spawn(io.get_executor(), keep_result(std::move(work), result));
  io.restart();
  while (!result) CHECK(io.run_one() > 0);
  return std::move(*result);
}

/// The same under virtual time.
template <class T>
T run(VirtualTime& time, asio::awaitable<T> work) {
  std::optional<T> result;
  spawn(time.executor(), keep_result(std::move(work), result));
  CHECK(time.run_until([&result] { return result.has_value(); }));
  return std::move(*result);
}

}  // namespace sotto::net
