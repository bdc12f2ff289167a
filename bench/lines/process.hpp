#pragma once
#include <chrono>
#include <filesystem>

#include "bench/lines/child.hpp"
#include "net/transport.hpp"

namespace sotto::bench {

/// The program itself, in a process of its own.
class ServerProcess {
 public:
  /// Starts and waits until it listens. `arguments` beside --data and --listen.
  explicit ServerProcess(const std::filesystem::path& data, std::vector<std::string> arguments = {});

  net::Endpoint endpoint() const { return endpoint_; }
  net::Endpoint plain_endpoint() const { return plain_endpoint_; }  // with --listen-plain 127.0.0.1:0
  std::string ca_file() const { return (data_ / "tls" / "ca.pem").string(); }
  double started_after_ms() const { return started_after_ms_; }
  double cpu_us() const { return process_.cpu_us(); }
  double resident_kib() const { return process_.resident_kib(); }

 private:
  std::filesystem::path data_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  Child process_;
  net::Endpoint endpoint_;
  net::Endpoint plain_endpoint_;
  double started_after_ms_ = 0;
};

}  // namespace sotto::bench
