#pragma once
#include <functional>
#include <map>
#include <memory>

#include "net/event.hpp"
#include "net/stream.hpp"
#include "net/turns.hpp"
#include "rpc/message.hpp"

namespace sotto::rpc {

namespace asio = net::asio;

/// One end of a connection on which both ends ask and answer. Lives as long as somebody holds it or something is under
/// way on it.
class Peer : public std::enable_shared_from_this<Peer> {
 public:
  /// Answers what the other end asks.
  using Serve = std::function<asio::awaitable<Result<json::value>>(std::shared_ptr<Peer> peer, Request request)>;

  Peer(std::shared_ptr<net::Stream> stream, Serve serve);

  /// Reads and serves until the other end goes, or breaks the rules. What waits for an answer fails then.
  asio::awaitable<void> run();
  /// errors  what the other end says; internal_error if it has gone
  asio::awaitable<Result<json::value>> call(std::string method, json::object params);
  bool is_there() const { return !has_ended_; }
  void cut();

 private:
  struct Waiting {
    explicit Waiting(asio::any_io_executor executor) : bell(std::move(executor)) {}
    net::Event bell;
    std::optional<Result<json::value>> outcome;
  };

  asio::awaitable<std::optional<std::string>> read_line();
  asio::awaitable<void> write_line(std::string line);
  asio::awaitable<bool> take(const std::string& line);
  asio::awaitable<void> answer(Request request);
  static asio::awaitable<void> answer_for(std::shared_ptr<Peer> peer, Request request);
  void end();

  std::shared_ptr<net::Stream> stream_;
  Serve serve_;
  net::Turns writing_;
  std::string read_;  // and not a whole line yet
  std::map<std::int64_t, std::shared_ptr<Waiting>> waiting_;
  std::int64_t last_id_ = 0;
  std::size_t under_way_ = 0;
  bool has_ended_ = false;
};

}  // namespace sotto::rpc
