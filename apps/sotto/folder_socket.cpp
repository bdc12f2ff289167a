#include "folder_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "net/plain_stream.hpp"

namespace sotto::app {
namespace {

namespace asio = boost::asio;

store::Descriptor open_folder(const std::filesystem::path& folder) {
  return store::Descriptor(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/// Short enough for a socket, however long the folder's path is.
std::string socket_path(const store::Descriptor& folder) {
  return "/proc/self/fd/" + std::to_string(folder.raw()) + "/sotto.sock";
}

}  // namespace

std::optional<FolderSocket> connect_to_daemon(const std::filesystem::path& folder) {
  const store::Descriptor opened = open_folder(folder);
  if (!opened) return std::nullopt;
  auto io = std::make_unique<asio::io_context>(1);
  asio::generic::stream_protocol::socket socket(*io);
  boost::system::error_code failure;
  socket.connect(asio::local::stream_protocol::endpoint(socket_path(opened)), failure);
  if (failure) return std::nullopt;
  FolderSocket made{.io = std::move(io), .stream = std::make_unique<net::PlainStream>(std::move(socket))};
  return made;
}

net::Result<OwnSocket> listen_in(const std::filesystem::path& folder) {
  store::Descriptor opened = open_folder(folder);
  if (!opened) return net::Error{.problem = net::Problem::no_such_address};
  TRY(net::ListeningSocket socket, net::ListeningSocket::at(socket_path(opened), 0600));
  return OwnSocket{.folder = std::move(opened), .socket = std::move(socket)};
}

}  // namespace sotto::app
