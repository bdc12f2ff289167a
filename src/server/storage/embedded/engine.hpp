#pragma once
#include <tuple>

#include "server/storage/embedded/worker.hpp"

namespace sotto::server {

/// The two threads of the embedded engine, and how a function of tables:: becomes a call of the interface: one
/// transaction, by the thread that it is for.
struct Engine {
  Worker& writer;
  Worker& reader;

  template <class R, class... Parameters, class... Arguments>
  asio::awaitable<Stored<R>> write(R (*act)(Database&, Parameters...), Arguments... arguments) {
    return writer.run(job(act, std::move(arguments)...));
  }
  template <class R, class... Parameters, class... Arguments>
  asio::awaitable<Stored<R>> read(R (*act)(Database&, Parameters...), Arguments... arguments) {
    return reader.run(job(act, std::move(arguments)...));
  }

 private:
  template <class R, class... Parameters, class... Arguments>
  static std::function<R(Database&)> job(R (*act)(Database&, Parameters...), Arguments... arguments) {
    return [act, kept = std::tuple(std::move(arguments)...)](Database& database) {
      return std::apply([&](const auto&... given) { return act(database, given...); }, kept);
    };
  }
};

}  // namespace sotto::server
