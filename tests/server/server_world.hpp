#pragma once
#include <memory>

#include "net/http_client.hpp"
#include "net/memory/memory_transport.hpp"
#include "net/memory/run.hpp"
#include "server/server.hpp"
#include "server/storage/embedded/embedded_storage.hpp"
#include "server/temporary_folder.hpp"
#include "support/seeded_random.hpp"

namespace sotto::test {

namespace asio = boost::asio;

/// A whole server with its real storage, in this process, in memory and under virtual time.
struct ServerWorld {
  explicit ServerWorld(server::ServerOptions with = {}) : options(with) { start(); }
  ~ServerWorld() { kill(); }
  ServerWorld(const ServerWorld&) = delete;
  ServerWorld& operator=(const ServerWorld&) = delete;

  void start() {
    storage = std::move(*server::EmbeddedStorage::open(
        io.get_executor(), random, {.file = folder.path / "server.db", .ack_company = std::chrono::milliseconds(0)}));
    server = std::make_unique<server::Server>(*storage, time, time, random, options);
    acceptor = std::move(*network.listen({.host = "here", .port = port}, {}));
    net::spawn(io.get_executor(), server->serve(*acceptor));
  }
  /// Cuts everything, without a goodbye.
  void kill() {
    if (!server) return;
    acceptor->close();
    network.cut_all();
    time.settle();
    server.reset();
    storage.reset();
  }
  void restart() {
    kill();
    start();
  }
  net::Endpoint endpoint() const { return {.host = "here", .port = 443}; }

  server::ServerOptions options;
  std::uint16_t port = 443;  // where it listens; people look for it at endpoint()
  TemporaryFolder folder;
  SeededRandom random{7};
  asio::io_context io;
  net::VirtualTime time{io};
  net::MemoryTransport network{io.get_executor()};
  std::unique_ptr<server::EmbeddedStorage> storage;
  std::unique_ptr<server::Server> server;
  std::unique_ptr<net::Acceptor> acceptor;

 private:
  const int waits_for_storage_ = (time.also_wait_while([this] { return storage && storage->is_busy(); }), 0);
};

}  // namespace sotto::test
