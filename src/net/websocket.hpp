#pragma once
#include <memory>
#include <optional>
#include <string>

#include "net/http.hpp"
#include "net/timer.hpp"
#include "net/transport.hpp"

namespace sotto::net {

struct WebSocketLimits {
  std::size_t message = 2u << 20;                    // bytes received in one message
  Duration ping_after = std::chrono::seconds(30);    // of silence
  Duration dead_after = std::chrono::seconds(75);    // of silence
  Duration write_within = std::chrono::seconds(30);  // one message
};

/// Why a WebSocket ended, as the end that closed it says (RFC 6455, section 7.4).
struct CloseReason {
  std::uint16_t code = 1000;
  std::string text = {};  // at most 123 bytes
};

/// Binary messages over one stream. One coroutine receives; any number may send, one after the other.
class WebSocket {
 public:
  class Implementation;
  explicit WebSocket(std::shared_ptr<Implementation> implementation);
  ~WebSocket();  // cuts
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  /// errors   closed (why: close_reason), timed_out (the remote end fell silent), too_large, malformed
  asio::awaitable<Result<base::Blob>> receive();
  /// returns  when the message has been handed to the network
  /// errors   closed, timed_out
  asio::awaitable<Result<void>> send(base::Blob message);
  /// Says goodbye, waits a few seconds for the answer, cuts. A receive() under way ends with closed.
  asio::awaitable<void> close(CloseReason reason);
  void cut();

  /// What the remote end said when it closed.
  std::optional<CloseReason> close_reason() const;

 private:
  std::shared_ptr<Implementation> implementation_;  // shared with the coroutines that are under way in it
};

/// The client's side, on a stream that is connected. `head` names target and headers; its method is not looked at.
/// errors   closed, timed_out, malformed, upgrade_refused (with the answer's status)
asio::awaitable<Result<std::unique_ptr<WebSocket>>> open_websocket(std::unique_ptr<Stream> stream, Timer& timer,
                                                                   std::string authority, Request head,
                                                                   WebSocketLimits limits, Duration at_most);

/// Connects and upgrades: what a client calls.
asio::awaitable<Result<std::unique_ptr<WebSocket>>> connect_websocket(Transport& transport, Timer& timer,
                                                                      Endpoint server, ClientTls tls, Request head,
                                                                      WebSocketLimits limits, Duration at_most);

/// The server's side. `stream` is shared with its connection; `head` is the request that asked, `surplus` what came
/// after it. errors   closed, timed_out, malformed
asio::awaitable<Result<std::unique_ptr<WebSocket>>> accept_websocket(std::shared_ptr<Stream> stream, Timer& timer,
                                                                     Request head, base::Blob surplus,
                                                                     WebSocketLimits limits);

}  // namespace sotto::net
