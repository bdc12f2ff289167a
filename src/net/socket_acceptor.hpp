#pragma once
#include <memory>

#include "net/certificate.hpp"
#include "net/listening_socket.hpp"
#include "net/timer.hpp"

namespace sotto::net {

/// TLS for every connection, under the certificate as it is when the connection comes.
std::unique_ptr<Acceptor> accept_tls(Timer& timer, ListeningSocket socket, std::shared_ptr<Certificate> certificate);
/// Connections as they are.
std::unique_ptr<Acceptor> accept_plain(Timer& timer, ListeningSocket socket);
/// The same over a socket file, for processes of root and of our own user; others are cut, unread.
std::unique_ptr<Acceptor> accept_own_user(Timer& timer, ListeningSocket socket);

}  // namespace sotto::net
