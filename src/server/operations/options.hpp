#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "net/http_server.hpp"
#include "net/listening_socket.hpp"
#include "server/context.hpp"
#include "server/limits.hpp"

namespace sotto::server {

/// All that can be set about a server; configuration/option_table.cpp says how each is called. A field here, a row
/// there, and it is a flag, a variable of the environment and a key of the file.
struct Options {
  std::filesystem::path file = {};  // that was read; empty if none was
  std::filesystem::path data = {};
  std::vector<net::Endpoint> listen = {};  // empty: sockets that systemd hands over, or the default
  std::vector<net::ListenAddress> listen_plain = {};
  bool allow_plain_anywhere = false;
  bool forwarded_for = false;  // whether who connects to listen_plain is believed for whom it does
  std::string name = {};       // HOST:PORT by which clients reach this server; empty: whatever they say
  std::string tls_certificate = {};
  std::string tls_key = {};
  Registration registration = Registration::open;
  std::string user = {};
  bool sandbox = true;
  std::optional<net::Endpoint> s3_endpoint = {};  // where the bytes of blobs lie; none: in the data folder
  std::string s3_bucket = {};
  std::string s3_region = "us-east-1";
  std::filesystem::path s3_ca_file = {};         // empty: the CAs of the system
  std::filesystem::path s3_key_file = {};        // the access key's id and the secret key, a line each
  std::filesystem::path operations_socket = {};  // empty: in the data folder
  std::optional<net::Endpoint> operations_listen = {};
  base::log::Format log_format = base::log::Format::text;
  base::log::Level log_level = base::log::Level::info;
  std::size_t connections = net::HttpLimits{}.connections;
  std::size_t request_bodies = net::HttpLimits{}.bodies;  // bytes
  bool per_address = true;                                // whether strangers are told apart by their address
  std::size_t connections_per_address = limits::address_connections;

  std::filesystem::path socket_path() const {
    return operations_socket.empty() ? data / "operations.sock" : operations_socket;
  }
};

}  // namespace sotto::server
