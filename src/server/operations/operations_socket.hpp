#pragma once
#include <set>

#include "net/timer.hpp"
#include "net/transport.hpp"
#include "server/operations/commands.hpp"

namespace sotto::server {

/// Answers commands: one line {"command": NAME, "arguments": [TEXT…]} a connection, JSON objects back, one a line, then
/// the end. Who may connect is the acceptor's to decide.
class OperationsSocket {
 public:
  OperationsSocket(net::Timer& timer, Operations& operations);
  ~OperationsSocket();
  OperationsSocket(const OperationsSocket&) = delete;
  OperationsSocket& operator=(const OperationsSocket&) = delete;

  /// Serves until the acceptor is closed.
  asio::awaitable<void> serve(net::Acceptor& acceptor);
  /// Ends every connection.
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the connections that are still ending
};

}  // namespace sotto::server
