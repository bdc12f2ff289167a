#include "daemon_command.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/json.hpp>
#include <csignal>

#include "asking.hpp"
#include "folder_socket.hpp"
#include "net/socket_acceptor.hpp"
#include "rpc/daemon.hpp"
#include "session.hpp"

namespace sotto::app {
namespace {

namespace json = boost::json;

rpc::asio::awaitable<void> stay(rpc::Daemon& daemon, boost::asio::io_context& io, ExitCode& code) {
  const auto ended = co_await daemon.stay_connected();
  if (!ended) code = complain(ended.error().problem());
  io.stop();
}

}  // namespace

ExitCode run_daemon(const Settings& settings) {
  auto session = Session::open(settings);
  if (!session) return complain(session.error());
  auto own = listen_in((*session)->folder());
  if (!own) return complain(client::refused("the daemon's socket can't be opened: " + net::to_text(own.error())));
  const auto acceptor = net::accept_own_user((*session)->timer(), std::move(own->socket));

  boost::asio::io_context& io = (*session)->io();
  rpc::Daemon daemon((*session)->engine(), (*session)->key_slot());
  (*session)->also_watch([&daemon](client::Step step) { daemon.reached(step); });
  (*session)->also_overhear([&daemon](const client::admission::Overheard& said) { daemon.overheard(said); });
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  // Nothing needs an orderly end: what counts is in the store before it is told to anybody.
  signals.async_wait([&io](const boost::system::error_code& failure, int) {
    if (!failure) io.stop();
  });
  ExitCode code = ExitCode::done;
  net::spawn(io.get_executor(), stay(daemon, io, code));
  net::spawn(io.get_executor(), daemon.serve(*acceptor));
  const std::string socket = ((*session)->folder() / "sotto.sock").string();
  print(settings.json ? json::serialize(json::object{{"event", "ready"}, {"socket", socket}})
                      : "ready: other commands of this folder go through here now (" + socket + ")");
  io.run();
  return code;
}

}  // namespace sotto::app
