#pragma once
#include <optional>
#include <string>

#include "net/transport.hpp"

namespace sotto::bench {

struct LoadOptions {
  net::Endpoint server;
  std::string ca_file;  // empty: the system's authorities
  std::string invite;   // as the operator's command printed it; empty: none
  std::size_t accounts = 100;
  std::size_t in_flight = 100;  // lanes: messages under way at once
  std::optional<double> rate;   // messages a second, whatever the answers do; without it, a closed loop
  double seconds = 10;
  std::size_t size = 1024;  // bytes of a text
  bool is_encrypted = true;
  std::string json_file;
};

}  // namespace sotto::bench
