#pragma once
#include <string>
#include <vector>

#include "net/listening_socket.hpp"

namespace sotto::server {

/// A socket that systemd opened, and the name that its unit gives it (FileDescriptorName).
struct HandedSocket {
  net::ListeningSocket socket;
  std::string name;
};
/// The sockets meant for this process (LISTEN_FDS), once: the variables are removed, so that no other process takes
/// them.
///
/// errors   no_such_address  one is not a socket that listens
net::Result<std::vector<HandedSocket>> sockets_from_systemd();

/// Tells systemd how far we are, if it asked (NOTIFY_SOCKET). The socket is connected at once, so that it works from
/// within a sandbox.
class ServiceManager {
 public:
  ServiceManager();
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  void ready() const;
  void reloading() const;
  void stopping() const;

 private:
  void tell(const std::string& state) const;
  int file_ = -1;
};

}  // namespace sotto::server
