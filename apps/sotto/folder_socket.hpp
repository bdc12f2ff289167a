#pragma once
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <optional>

#include "net/listening_socket.hpp"
#include "net/stream.hpp"
#include "store/file.hpp"

/// DIR/sotto.sock: by which a daemon that owns the data folder is reached.
namespace sotto::app {

/// A connection to the daemon, on a loop of its own.
struct FolderSocket {
  std::unique_ptr<boost::asio::io_context> io;
  std::unique_ptr<net::Stream> stream;
};
/// Nothing if no daemon owns this folder.
std::optional<FolderSocket> connect_to_daemon(const std::filesystem::path& folder);

/// The socket of a daemon, for processes of our own user; removed when it dies.
struct OwnSocket {
  store::Descriptor folder;  // by which it is named: the folder's own path may be longer than a socket's may be
  net::ListeningSocket socket;
};
/// The folder's lock must be held: a socket that lies there is a dead one.
net::Result<OwnSocket> listen_in(const std::filesystem::path& folder);

}  // namespace sotto::app
