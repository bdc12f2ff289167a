#include "net/listening_socket.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace sotto::net {
namespace {

constexpr int backlog = 4096;  // the system bounds it further (net.core.somaxconn)
constexpr std::string_view socket_file = "unix:";

Error last_error() { return from_code({errno, boost::system::system_category()}); }

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = sizeof(sockaddr_storage);
  sockaddr* raw() { return reinterpret_cast<sockaddr*>(&bytes); }
};

Result<Address> address_of(const Endpoint& endpoint) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &wanted, &found);
  if (failure != 0) return Error{.problem = Problem::no_such_address, .detail = ::gai_strerror(failure)};
  Address address;
  std::memcpy(&address.bytes, found->ai_addr, found->ai_addrlen);
  address.size = found->ai_addrlen;
  ::freeaddrinfo(found);
  return address;
}

Address bound_address(int file) {
  Address address;
  if (::getsockname(file, address.raw(), &address.size) != 0) address.bytes.ss_family = AF_UNSPEC;
  return address;
}

std::uint16_t port_of(const Address& address) {
  if (address.bytes.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(address.bytes).sin_port);
  if (address.bytes.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address.bytes).sin6_port);
  return 0;
}

std::string host_of(const Address& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.bytes.ss_family == AF_INET)
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address.bytes).sin_addr, text, sizeof text);
  if (address.bytes.ss_family == AF_INET6)
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address.bytes).sin6_addr, text, sizeof text);
  return text;
}

/// Whether somebody answers at a socket file.
bool is_served(Address& address) {
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const bool is_alive = probe >= 0 && (::connect(probe, address.raw(), address.size) == 0 || errno == EAGAIN);
  if (probe >= 0) ::close(probe);
  return is_alive;
}

}  // namespace

Result<ListeningSocket> ListeningSocket::on(const Endpoint& endpoint) {
  TRY(Address address, address_of(endpoint));
  const int file = ::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (file < 0) return last_error();
  ListeningSocket made(file, endpoint.host, {});
  const int yes = 1;
  ::setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(file, address.raw(), address.size) != 0 || ::listen(file, backlog) != 0) return last_error();
  return made;
}

Result<ListeningSocket> ListeningSocket::at(const std::filesystem::path& path, unsigned mode) {
  sockaddr_un wanted{};
  wanted.sun_family = AF_UNIX;
  if (path.empty() || path.native().size() >= sizeof wanted.sun_path)
    return Error{.problem = Problem::no_such_address, .detail = "a socket's path has at most 107 bytes"};
  std::memcpy(wanted.sun_path, path.c_str(), path.native().size());
  Address address;
  std::memcpy(&address.bytes, &wanted, sizeof wanted);
  address.size = sizeof wanted;

  struct stat about{};
  if (::lstat(path.c_str(), &about) == 0) {
    if (!S_ISSOCK(about.st_mode) || is_served(address)) return Error{.problem = Problem::address_in_use};
    ::unlink(path.c_str());
  }
  const int file = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (file < 0) return last_error();
  ListeningSocket made(file, {}, {});
  if (::bind(file, address.raw(), address.size) != 0) {
    if (errno == ENOENT) return Error{.problem = Problem::no_such_address, .detail = "its folder is missing"};
    return last_error();
  }
  made.path_ = path;
  // Nobody can connect before listen(): the mode is right from the first moment.
  if (::chmod(path.c_str(), mode) != 0 || ::listen(file, backlog) != 0) return last_error();
  return made;
}

Result<ListeningSocket> ListeningSocket::inherited(int file) {
  int listens = 0, type = 0;
  socklen_t size = sizeof listens, also = sizeof type;
  const bool is_listening = ::getsockopt(file, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0;
  const bool is_stream = ::getsockopt(file, SOL_SOCKET, SO_TYPE, &type, &also) == 0 && type == SOCK_STREAM;
  if (!is_listening || !is_stream)
    return Error{.problem = Problem::no_such_address, .detail = "what was handed over is not a listening socket"};
  return ListeningSocket(file, host_of(bound_address(file)), {});
}

ListeningSocket::ListeningSocket(ListeningSocket&& from) noexcept
    : file_(std::exchange(from.file_, -1)), host_(std::move(from.host_)), path_(std::exchange(from.path_, {})) {}

ListeningSocket::~ListeningSocket() {
  if (file_ >= 0) ::close(file_);
  if (!path_.empty()) ::unlink(path_.c_str());
}

int ListeningSocket::family() const { return bound_address(file_).bytes.ss_family; }

Endpoint ListeningSocket::endpoint() const { return {.host = host_, .port = port_of(bound_address(file_))}; }

std::string ListeningSocket::name() const {
  const Address address = bound_address(file_);
  if (address.bytes.ss_family != AF_UNIX) return to_text(endpoint());
  return std::string(socket_file) + reinterpret_cast<const sockaddr_un&>(address.bytes).sun_path;
}

bool ListeningSocket::is_local() const {
  const Address address = bound_address(file_);
  switch (address.bytes.ss_family) {
    case AF_UNIX:
      return true;
    case AF_INET:
      return (ntohl(reinterpret_cast<const sockaddr_in&>(address.bytes).sin_addr.s_addr) >> 24) == 127;
    case AF_INET6:
      return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6&>(address.bytes).sin6_addr);
    default:
      return false;
  }
}

std::optional<ListenAddress> parse_listen_address(std::string_view text) {
  if (text.starts_with(socket_file)) {
    text.remove_prefix(socket_file.size());
    if (text.empty()) return std::nullopt;
    return ListenAddress{.path = text};
  }
  ListenAddress address{.endpoint = parse_endpoint(text)};
  if (!address.endpoint) return std::nullopt;
  return address;
}

}  // namespace sotto::net
