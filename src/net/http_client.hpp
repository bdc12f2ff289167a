#pragma once
#include <memory>

#include "net/http.hpp"
#include "net/timer.hpp"
#include "net/transport.hpp"

namespace sotto::net {

/// One server, one kept-alive connection, one request at a time (more wait their turn). Transport and timer outlive it.
class HttpClient {
 public:
  HttpClient(Transport& transport, Timer& timer, Endpoint server, ClientTls tls);
  ~HttpClient();  // requests under way end with closed
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Sends and waits for the answer, connecting if need be. If a kept-alive connection turns out to have been closed by
  /// the server, the request is sent once more on a fresh one: every request must bear being repeated. at_most  for
  /// everything, once its turn has come errors   those of Transport::connect; closed, timed_out, too_large (answers
  /// over 4 MiB), malformed
  asio::awaitable<Result<Response>> send(Request request, Duration at_most = std::chrono::seconds(30));
  /// Cuts the connection; the next send() makes another.
  void disconnect();

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the requests that are under way
};

}  // namespace sotto::net
