#include "runner.hpp"

#include <boost/json/value.hpp>

#include "folder_socket.hpp"
#include "rpc/direct_host.hpp"
#include "rpc/methods.hpp"
#include "rpc/peer.hpp"
#include "rpc/values.hpp"
#include "session.hpp"
#include "terminal.hpp"

namespace sotto::app {
namespace {

namespace json = rpc::json;

client::Result<json::value> as_problem(rpc::Result<json::value> outcome) {
  if (!outcome) return outcome.error().problem();
  return *std::move(outcome);
}

client::Result<json::value> run_here(const Settings& settings, Wish wish) {
  TRY(const auto session, Session::open(settings));
  Terminal terminal(settings, std::move(wish.recovery_key_file));
  rpc::DirectHost host(session->engine(), session->key_slot(),
                       [&](const json::object& event) { terminal.print_event(event); });
  session->also_overhear(
      [&](const client::admission::Overheard& said) { terminal.print_event(rpc::passing_event(said)); });
  rpc::Request request{.id = {}, .method = std::move(wish.method), .params = std::move(wish.params)};
  return as_problem(session->wait(rpc::run(host, terminal, std::move(request))));
}

/// What the daemon asks of us while our own request is under way.
rpc::asio::awaitable<rpc::Result<json::value>> serve(Terminal& terminal, rpc::Request request) {
  if (request.method == "event") {
    CO_TRY_VOID(co_await terminal.tell(std::move(request.params)));
    co_return json::value();
  }
  if (request.method == "ask") {
    CO_TRY(const std::string typed, co_await terminal.ask(std::move(request.params)));
    co_return json::value(typed);
  }
  co_return rpc::Failure(rpc::Code::method_not_found, "this end knows only events and questions");
}

rpc::asio::awaitable<void> converse(std::shared_ptr<rpc::Peer> peer, Wish wish,
                                    std::optional<rpc::Result<json::value>>& outcome) {
  outcome.emplace(co_await peer->call(std::move(wish.method), std::move(wish.params)));
  peer->cut();
}

client::Result<json::value> run_there(const Settings& settings, FolderSocket socket, Wish wish) {
  Terminal terminal(settings, std::move(wish.recovery_key_file));
  const rpc::Peer::Serve answer = [&](std::shared_ptr<rpc::Peer>, rpc::Request request) {
    return serve(terminal, std::move(request));
  };
  const auto peer = std::make_shared<rpc::Peer>(std::move(socket.stream), answer);
  std::optional<rpc::Result<json::value>> outcome;
  net::spawn(socket.io->get_executor(), peer->run());
  net::spawn(socket.io->get_executor(), converse(peer, std::move(wish), outcome));
  socket.io->run();
  return as_problem(*std::move(outcome));
}

}  // namespace

client::Result<json::value> run_wish(const Settings& settings, Wish wish) {
  auto socket = connect_to_daemon(data_path(settings));
  if (socket) return run_there(settings, *std::move(socket), std::move(wish));
  return run_here(settings, std::move(wish));
}

}  // namespace sotto::app
