#pragma once
#include "net/main_loop.hpp"
#include "server/operations/operations_socket.hpp"
#include "server/operations/probes.hpp"
#include "server/operations/process/heap.hpp"
#include "server/operations/process/listeners.hpp"
#include "server/operations/process/service_manager.hpp"
#include "server/server.hpp"
#include "server/start.hpp"

namespace sotto::server {

/// What a Service works with. All of it outlives it.
struct ServiceParts {
  const Options& options;
  Storage& storage;
  net::Clock& clock;
  net::Timer& timer;
  base::Random& random;
  net::MainLoop& loop;
  const ServiceManager& manager;
  Metrics& metrics;
  const Reread& reread;
};

/// The server as it runs: everything that listens, and what signals and commands do.
class Service {
 public:
  Service(ServiceParts parts, Listeners listeners);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Serves, until drain(). Then the loop has nothing left to do.
  void start();
  /// Takes nothing new, lets what is under way be finished, ends.
  void drain();
  /// Reads the certificate and what can change of the configuration again; what is wrong stays as it was.
  ///
  /// returns  what is wrong, in words; empty if nothing is
  std::string reload();
  const std::vector<std::string>& lines() const { return listeners_.lines; }

 private:
  void watch();
  asio::awaitable<void> stop();

  ServiceParts parts_;
  Listeners listeners_;
  Server server_;
  Probes probes_;
  Operations operations_;
  OperationsSocket socket_;
  HeapKeeper heap_;
  bool is_draining_ = false;
};

}  // namespace sotto::server
