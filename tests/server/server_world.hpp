#pragma once
#include <fcntl.h>
#include <unistd.h>

#include <memory>

#include "base/check.hpp"
#include "net/http_client.hpp"
#include "net/memory/memory_transport.hpp"
#include "net/memory/run.hpp"
#include "server/server.hpp"
#include "server/storage/embedded/embedded_storage.hpp"
#include "server/storage/embedded/maintenance/offline.hpp"
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
  /// A copy of its store as it is now; and such a copy in the store's place, as an operator does it.
  std::filesystem::path back_up(std::string name) {
    const auto made = net::run(time, storage->maintenance().back_up(std::move(name)));
    return std::move(made->file);
  }
  void restore(const std::filesystem::path& backup) {
    kill();
    restore_in(folder.path, backup, time.now());
    start();
  }
  static void restore_in(const std::filesystem::path& data, const std::filesystem::path& backup, base::Timestamp now) {
    const int file = ::open(backup.c_str(), O_RDONLY | O_CLOEXEC);
    const auto restored = server::restore_store(file, data / "server.db", now);
    ::close(file);
    CHECK(restored);
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
