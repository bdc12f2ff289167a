#include "server/operations/process/service_manager.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sstream>

// The protocols are those of sd_listen_fds(3) and sd_notify(3): small enough to do without libsystemd.
namespace sotto::server {
namespace {

constexpr int first_socket = 3;

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

std::vector<std::string> names_of(const std::string& list) {
  std::vector<std::string> names;
  std::istringstream in(list);
  for (std::string name; std::getline(in, name, ':');) names.push_back(name);
  return names;
}

}  // namespace

net::Result<std::vector<HandedSocket>> sockets_from_systemd() {
  const bool is_for_us = variable("LISTEN_PID") == std::to_string(::getpid());
  const std::string given = is_for_us ? variable("LISTEN_FDS") : "";
  int count = 0;
  std::from_chars(given.data(), given.data() + given.size(), count);
  std::vector<std::string> names = names_of(variable("LISTEN_FDNAMES"));
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  std::vector<HandedSocket> sockets;
  for (int i = 0; i < count; ++i) {
    ::fcntl(first_socket + i, F_SETFD, FD_CLOEXEC);
    TRY(net::ListeningSocket socket, net::ListeningSocket::inherited(first_socket + i));
    const auto at = static_cast<std::size_t>(i);
    sockets.push_back({.socket = std::move(socket), .name = at < names.size() ? names[at] : ""});
  }
  return sockets;
}

ServiceManager::ServiceManager() {
  const std::string path = variable("NOTIFY_SOCKET");
  ::unsetenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() < 2 || path.size() >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (path.front() == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  file_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (file_ >= 0 && ::connect(file_, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    ::close(file_);
    file_ = -1;
  }
}

ServiceManager::~ServiceManager() {
  if (file_ >= 0) ::close(file_);
}

void ServiceManager::tell(const std::string& state) const {
  if (file_ >= 0 && ::send(file_, state.data(), state.size(), MSG_NOSIGNAL) < 0) return;  // nobody waits for it
}

void ServiceManager::ready() const { tell("READY=1"); }
void ServiceManager::stopping() const { tell("STOPPING=1"); }
void ServiceManager::reloading() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const long long us = static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(us));
}

}  // namespace sotto::server
