#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>

#include "client/engine.hpp"
#include "commands.hpp"
#include "crypto/system_random.hpp"
#include "net/system_time.hpp"
#include "net/tcp_transport.hpp"
#include "store/data_folder.hpp"

namespace sotto::app {

/// Where the data folder is: --data, else the place for a person's data.
std::filesystem::path data_path(const Settings& settings);

/// One run of the program over one data folder: the folder's lock, the open store, the network, the engine.
class Session {
 public:
  /// Opens the account's store. errors: as the store says
  static client::Result<std::unique_ptr<Session>> open(const Settings& settings);
  /// Opens the store, making it first if there is none.
  static client::Result<std::unique_ptr<Session>> open_or_create(const Settings& settings, bool fastest_kdf);

  client::Engine& engine() { return engine_; }
  base::Random& random() { return random_; }

  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path key_slot() const { return folder_.key_slot(); }
  boost::asio::io_context& io() { return io_; }
  net::Timer& timer() { return timer_; }
  /// Is told of each step of the engine, too.
  void also_watch(std::function<void(client::Step)> watch) { also_watch_ = std::move(watch); }

  /// Is told of what is said for who is there now.
  void also_overhear(std::function<void(const client::admission::Overheard&)> overhear) {
    also_overhear_ = std::move(overhear);
  }

  /// Runs one coroutine to its end.
  template <class T>
  T wait(net::asio::awaitable<T> work) {
    std::optional<T> outcome;
    net::spawn(io_.get_executor(), keep(std::move(work), outcome));
    io_.run();
    io_.restart();
    return *std::move(outcome);
  }

 private:
  Session(store::DataFolder folder, std::unique_ptr<store::Store> store, const Settings& settings);
  template <class T>
  static net::asio::awaitable<void> keep(net::asio::awaitable<T> work, std::optional<T>& outcome) {
    outcome.emplace(co_await std::move(work));
  }

  store::DataFolder folder_;
  std::unique_ptr<store::Store> store_;
  boost::asio::io_context io_{1};
  net::SystemClock clock_;
  net::SystemTimer timer_{io_.get_executor()};
  net::TcpTransport transport_{timer_};
  crypto::SystemRandom random_;
  std::function<void(client::Step)> also_watch_;
  std::function<void(const client::admission::Overheard&)> also_overhear_;
  client::Engine engine_;
};

}  // namespace sotto::app
