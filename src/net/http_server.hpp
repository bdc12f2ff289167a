#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "net/http.hpp"
#include "net/origin.hpp"
#include "net/timer.hpp"
#include "net/transport.hpp"
#include "net/websocket.hpp"

namespace sotto::net {

/// What is done with a WebSocket; the connection ends with it.
using WebSocketSession = std::function<asio::awaitable<void>(WebSocket&)>;

/// Whose body it is. Each has a share of the memory of its own, so that none crowds out the others: who has shown a
/// right, who comes in or acts by a signature in the body, and who says nothing of itself at all.
enum class BodyShare { known, signing, strangers };

/// Who is at the other end of a connection, for as long as it stands.
struct Caller {
  std::optional<Origin> origin = {};  // nothing where the stream does not know, or everybody comes by the same way
};

/// Who is counted as one among those whose bodies are read; 0: nobody in particular.
using Holder = std::uint64_t;

/// A request whose head was found good, until it is answered.
class HttpExchange {
 public:
  HttpExchange(std::size_t body_limit, BodyShare share, Holder holder = 0)
      : body_limit_(body_limit), share_(share), holder_(holder) {}
  virtual ~HttpExchange() = default;
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  std::size_t body_limit() const { return body_limit_; }  // bytes; more is refused with 413
  BodyShare share() const { return share_; }
  Holder holder() const { return holder_; }
  virtual asio::awaitable<Response> answer(base::Blob body) = 0;

 private:
  std::size_t body_limit_;
  BodyShare share_;
  Holder holder_;
};

/// What stands behind an HttpServer.
class HttpService {
 public:
  virtual ~HttpService() = default;
  /// Somebody connects. False: the connection is cut, unread. Otherwise farewell() is called when it has ended.
  virtual bool welcome(const Caller&) { return true; }
  virtual void farewell(const Caller&) {}
  /// Judges a request by its head, before a byte of its body is read or has room: a refusal, or who will answer.
  virtual asio::awaitable<std::variant<Response, std::unique_ptr<HttpExchange>>> admit(Request head,
                                                                                       const Caller& caller) = 0;
  /// A request to become a WebSocket: a refusal, or what to do with it.
  virtual asio::awaitable<std::variant<Response, WebSocketSession>> upgrade(Request head) = 0;
  /// The answer to what never became a request (400, 413, 431) or has no room (503).
  virtual Response refusal(unsigned status) const = 0;
};

struct HttpLimits {
  std::size_t header = 16u << 10;                     // bytes, request line included
  Duration header_within = std::chrono::seconds(10);  // TLS handshake and first header
  Duration body_within = std::chrono::seconds(60);
  Duration write_within = std::chrono::seconds(60);
  Duration idle = std::chrono::seconds(75);  // between two requests
  std::size_t connections = 4096;            // more are cut at once
  std::size_t bodies = 128u << 20;           // bytes of all bodies being read; who comes on top is refused for now
  std::size_t strangers_bodies = 16u << 20;  // the same, of each other BodyShare
  std::size_t holders = 8;                   // one Holder has at most one part in so many of a share
  WebSocketLimits websocket = {};
};

/// HTTP/1.1 with kept-alive connections. Transport, timer and service outlive it.
class HttpServer {
 public:
  HttpServer(Timer& timer, HttpService& service, HttpLimits limits = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Serves until the acceptor is closed. Several may run at once.
  asio::awaitable<void> serve(Acceptor& acceptor);
  /// Cuts idle connections, lets requests under way be answered, cuts what is left after `grace`. WebSockets are the
  /// service's to close.
  asio::awaitable<void> stop(Duration grace);
  std::size_t connections() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the connections that are still ending
};

}  // namespace sotto::net
