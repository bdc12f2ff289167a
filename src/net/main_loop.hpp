#pragma once
#include <functional>
#include <memory>

#include "net/awaitable.hpp"

namespace sotto::net {

/// A program's one io_context, and the signals that it listens to.
class MainLoop {
 public:
  MainLoop();
  ~MainLoop();
  MainLoop(const MainLoop&) = delete;
  MainLoop& operator=(const MainLoop&) = delete;

  asio::any_io_executor executor();
  /// Calls once, at the first SIGTERM or SIGINT; a second one ends the program at once.
  void on_stop_signal(std::function<void()> stop);
  /// Calls at each SIGHUP.
  void on_reload_signal(std::function<void()> reload);
  /// Stops listening to signals, so that run() can return.
  void forget_signals();
  /// Runs until nothing is left to do. May be called again.
  void run();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sotto::net
