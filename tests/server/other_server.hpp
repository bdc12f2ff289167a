#pragma once
#include "server/server_world.hpp"

namespace sotto::test {

/// Another whole server in the same network and time.
struct OtherServer {
  OtherServer(ServerWorld& beside, std::string host) : world(beside), name(std::move(host)) {
    options.authority = name + ":443";
    waits_for_storage();
    start();
  }
  ~OtherServer() { kill(); }
  OtherServer(const OtherServer&) = delete;
  OtherServer& operator=(const OtherServer&) = delete;

  void start() {
    *storage = std::move(*server::EmbeddedStorage::open(
        world.io.get_executor(), random,
        {.file = folder.path / "server.db", .ack_company = std::chrono::milliseconds(0)}));
    server = std::make_unique<server::Server>(**storage, world.time, world.time, random, options);
    acceptor = std::move(*world.network.listen({.host = name, .port = 443}, {}));
    net::spawn(world.io.get_executor(), server->serve(*acceptor));
  }
  void kill() {
    if (!server) return;
    acceptor->close();
    world.network.cut_all();
    world.time.settle();
    server.reset();
    storage->reset();
  }

  std::filesystem::path back_up(std::string backup) {
    const auto made = net::run(world.time, (*storage)->maintenance().back_up(std::move(backup)));
    return std::move(made->file);
  }
  void restore(const std::filesystem::path& backup) {
    kill();
    ServerWorld::restore_in(folder.path, backup, world.time.now());
    start();
  }

  ServerWorld& world;
  std::string name;
  server::ServerOptions options;
  TemporaryFolder folder;
  SeededRandom random{11};
  // Shared with the town's time, which asks it for as long as it lives.
  std::shared_ptr<std::unique_ptr<server::EmbeddedStorage>> storage =
      std::make_shared<std::unique_ptr<server::EmbeddedStorage>>();
  std::unique_ptr<server::Server> server;
  std::unique_ptr<net::Acceptor> acceptor;

 private:
  void waits_for_storage() {
    world.time.also_wait_while([kept = storage] { return *kept && (*kept)->is_busy(); });
  }
};

}  // namespace sotto::test
