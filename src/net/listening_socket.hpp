#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "net/transport.hpp"

namespace sotto::net {

/// A socket that listens and that nobody serves yet: opened here while the process may, or by whoever started it.
class ListeningSocket {
 public:
  /// TCP. Port 0 lets the system choose.
  ///
  /// errors   address_in_use, not_permitted, no_such_address
  static Result<ListeningSocket> on(const Endpoint& endpoint);
  /// A socket file. A dead one in its place is replaced; it is removed when the socket dies.
  ///
  /// mode     who may connect, as of chmod(2)
  /// errors   address_in_use, not_permitted, no_such_address (the folder is missing, or the path is longer than 107
  /// bytes)
  static Result<ListeningSocket> at(const std::filesystem::path& path, unsigned mode);
  /// A descriptor that came with the process.
  ///
  /// errors   no_such_address  it is not a stream socket that listens
  static Result<ListeningSocket> inherited(int file);

  ListeningSocket(ListeningSocket&& from) noexcept;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  /// `host:port`, with the port that the system chose, or `unix:PATH`.
  std::string name() const;
  Endpoint endpoint() const;
  int family() const;
  /// Whether only this machine can connect.
  bool is_local() const;

  int file() const { return file_; }

 private:
  ListeningSocket(int file, std::string host, std::filesystem::path path)
      : file_(file), host_(std::move(host)), path_(std::move(path)) {}
  int file_;
  std::string host_;            // as it was asked for
  std::filesystem::path path_;  // ours to remove; empty if it is not
};

/// A TCP address or a socket file as people write it: `host:port`, `unix:PATH`.
struct ListenAddress {
  std::optional<Endpoint> endpoint = {};  // one of the two
  std::filesystem::path path = {};
};
std::optional<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace sotto::net
