#pragma once
#include <deque>
#include <filesystem>
#include <set>

#include "net/transport.hpp"
#include "rpc/host.hpp"
#include "rpc/peer.hpp"

namespace sotto::rpc {

/// Owns a folder's engine, stays connected, and does what its callers ask for. What came is kept until a caller hears
/// it.
class Daemon final : public Host {
 public:
  /// key_slot  of the folder
  Daemon(client::Engine& engine, std::filesystem::path key_slot);
  ~Daemon() override;

  /// Stays connected to the server. Returns only with what makes that impossible for good.
  asio::awaitable<Result<void>> stay_connected();
  /// Serves who connects, until the acceptor is closed.
  asio::awaitable<void> serve(net::Acceptor& acceptor);
  /// To be called at each step of the engine.
  void reached(client::Step step);
  /// Told to who listens now, or to nobody.
  void overheard(const client::admission::Overheard& said);

  client::Engine& engine() override { return engine_; }
  /// Each event is told to one caller, if several listen.
  ///
  /// errors  unreachable  and patience was finite; what had come was told before
  asio::awaitable<Result<void>> receive(std::optional<net::Duration> patience, Caller& caller) override;
  asio::awaitable<Result<void>> finish_sending() override { co_return Result<void>(); }
  /// It is always there: only the time passes.
  asio::awaitable<Result<void>> attend(net::Duration quiet) override;
  Result<void> check_passphrase(base::View passphrase) override;

 private:
  class Listener;
  enum class Line { connecting, drained, lost };

  asio::awaitable<Result<bool>> tell_news(Caller& caller);
  void ring();

  client::Engine& engine_;
  std::filesystem::path key_slot_;
  net::Turns telling_;
  Line line_ = Line::connecting;
  std::deque<json::object> overheard_;     // while somebody listens
  std::set<net::Event*> bells_;            // of who listens
  std::set<std::shared_ptr<Peer>> peers_;  // shared with their conversations
};

}  // namespace sotto::rpc
