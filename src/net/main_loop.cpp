#include "net/main_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>

namespace sotto::net {

struct MainLoop::State {
  asio::io_context io{1};
  asio::signal_set signals{io};
  asio::signal_set reload_signal{io};

  void wait_for_reload(std::function<void()> reload) {
    reload_signal.async_wait([this, reload = std::move(reload)](boost::system::error_code cancelled, int) {
      if (cancelled) return;
      reload();
      wait_for_reload(reload);
    });
  }
};

MainLoop::MainLoop() : state_(std::make_unique<State>()) {}
MainLoop::~MainLoop() = default;

asio::any_io_executor MainLoop::executor() { return state_->io.get_executor(); }

void MainLoop::on_stop_signal(std::function<void()> stop) {
  state_->signals.add(SIGTERM);
  state_->signals.add(SIGINT);
  state_->signals.async_wait([this, stop = std::move(stop)](boost::system::error_code cancelled, int) {
    if (cancelled) return;
    state_->signals.async_wait([](boost::system::error_code also_cancelled, int signal) {
      if (!also_cancelled) std::_Exit(128 + signal);
    });
    stop();
  });
}

void MainLoop::on_reload_signal(std::function<void()> reload) {
  state_->reload_signal.add(SIGHUP);
  state_->wait_for_reload(std::move(reload));
}

void MainLoop::forget_signals() {
  boost::system::error_code ignored;
  state_->reload_signal.cancel(ignored);
  state_->signals.cancel(ignored);
}

void MainLoop::run() {
  state_->io.restart();
  state_->io.run();
}

}  // namespace sotto::net
