#pragma once
#include <iosfwd>
#include <memory>
#include <vector>

#include "net/certificate.hpp"
#include "net/timer.hpp"
#include "server/operations/options.hpp"
#include "server/operations/process/privileges.hpp"

namespace sotto::server {

/// Everywhere that a server listens. Opened before root's rights are given up.
struct Listeners {
  std::shared_ptr<net::Certificate> certificate = {};  // nothing if no listener has TLS
  std::vector<std::unique_ptr<net::Acceptor>> clients = {};
  std::unique_ptr<net::Acceptor> probes = {};  // nothing if nobody asked for it
  std::unique_ptr<net::Acceptor> operations = {};
  std::vector<std::string> lines = {};  // that say so, for people

  /// errors   what stands in the way, in words
  static base::Result<Listeners, std::string> open(const Options& options, const Privileges& privileges,
                                                   net::Timer& timer, std::ostream& out);
  void close();
};

}  // namespace sotto::server
