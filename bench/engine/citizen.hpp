#pragma once
#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "client/engine.hpp"
#include "crypto/system_random.hpp"
#include "net/system_time.hpp"
#include "net/tcp_transport.hpp"

namespace sotto::bench {

/// Where citizens live: one loop for all of them.
struct Place {
  boost::asio::io_context io{1};
  net::SystemClock clock;
  net::SystemTimer timer{io.get_executor()};
  net::TcpTransport transport{timer};
  crypto::SystemRandom random;
  net::Endpoint server;
  std::string ca_pem;

  template <class T>
  T wait(net::asio::awaitable<T> work) {
    std::optional<T> outcome;
    net::spawn(io.get_executor(), keep(std::move(work), outcome));
    while (!outcome) {
      io.run_one();
      if (io.stopped()) io.restart();
    }
    return *std::move(outcome);
  }

 private:
  template <class T>
  static net::asio::awaitable<void> keep(net::asio::awaitable<T> work, std::optional<T>& outcome) {
    outcome.emplace(co_await std::move(work));
  }
};

/// A device with the real engine over a real store on this disk, whose key is simply there: no passphrase's cost.
class Citizen {
 public:
  /// A new store, or one that was made with this key.
  Citizen(Place& place, std::filesystem::path file);
  Citizen(Place& place, std::filesystem::path file, store::DatabaseKey key);

  void register_as(const std::string& user_name);
  /// Becomes another device of the account, by the whole of the linking.
  void link_to(Citizen& admin);
  void add(Citizen& other, const std::string& nickname);
  /// Adds them, writes, and is accepted: what follows goes by the contact's permit, which no link's rate limits.
  void become_contact_of(Citizen& other, const std::string& own_name, const std::string& their_name);
  /// Ends and begins again, as a program does.
  void restart();

  /// Drains the mailbox; how many messages there were.
  std::size_t listen();

  client::Engine& engine() { return *engine_; }
  store::Store& store() { return *store_; }
  const store::DatabaseKey& key() const { return key_; }
  const std::filesystem::path& file() const { return file_; }
  std::function<void(client::Step)> watch;

 private:
  Place& place_;
  std::filesystem::path file_;
  store::DatabaseKey key_;
  std::unique_ptr<store::Store> store_;
  std::optional<client::Engine> engine_;
};

}  // namespace sotto::bench
