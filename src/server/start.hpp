#pragma once
#include <filesystem>
#include <iosfwd>
#include <string>

#include "server/context.hpp"

namespace sotto::server {

struct StartOptions {
  std::filesystem::path data;
  std::string listen = "127.0.0.1:8443";
  std::string name = {};  // HOST:PORT by which clients reach this server; empty: whatever they say
  std::string tls_certificate = {};
  std::string tls_key = {};
  Registration registration = Registration::open;
};

/// The program: serves until SIGTERM or SIGINT. Says on `out` where it listens, and on `err` what stands in its way.
/// returns  the exit code: 0 after a signal, 1 if it can't serve
int run(const StartOptions& options, std::ostream& out, std::ostream& err);

}  // namespace sotto::server
