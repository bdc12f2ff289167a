#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "net/transport.hpp"

namespace sotto::bench {

/// The program itself, in a process of its own: what it costs is read from the kernel's books.
class ServerProcess {
 public:
  /// Starts and waits until it listens. `arguments` beside --data and --listen.
  explicit ServerProcess(const std::filesystem::path& data, std::vector<std::string> arguments = {});
  ~ServerProcess();  // SIGKILL
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  net::Endpoint endpoint() const { return endpoint_; }
  net::Endpoint plain_endpoint() const { return plain_endpoint_; }  // with --listen-plain 127.0.0.1:0
  std::string ca_file() const { return (data_ / "tls" / "ca.pem").string(); }
  double started_after_ms() const { return started_after_ms_; }
  double cpu_us() const;        // of all its threads, user and system
  double resident_kib() const;  // now

 private:
  std::filesystem::path data_;
  net::Endpoint endpoint_;
  net::Endpoint plain_endpoint_;
  int process_ = 0;
  int output_ = -1;
  double started_after_ms_ = 0;
};

}  // namespace sotto::bench
