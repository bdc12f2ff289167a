#pragma once
#include <functional>
#include <string>

#include "net/http.hpp"
#include "net/stream.hpp"

namespace sotto::net {

/// A connection being read: the stream, and what came but belongs to the next message.
struct HttpInput {
  Stream& stream;
  base::Blob surplus = {};
};

struct RequestHead {
  Request request;  // without its body
  bool keeps_alive = true;
  bool is_upgrade = false;  // asks for a WebSocket
  bool expects_continue = false;
};

/// Reads one request: first the head, then the body, with limits that may depend on the head.
class RequestReader {
 public:
  explicit RequestReader(std::size_t header_limit);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// errors   closed, malformed, too_large
  asio::awaitable<Result<RequestHead>> read_head(HttpInput& input);
  /// errors   closed, malformed, too_large
  /// may_hold  asked for each further piece of the body; false ends it with too_large and the status 503
  asio::awaitable<Result<base::Blob>> read_body(HttpInput& input, std::size_t limit,
                                                std::function<bool(std::size_t)> may_hold);
  std::size_t expected_body(std::size_t limit) const;  // bytes, as announced or else the limit; once the head is there

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

struct ReceivedResponse {
  Response response;
  bool keeps_alive = true;
};

/// errors   closed (has_begun tells whether anything had come), malformed, too_large
asio::awaitable<Result<ReceivedResponse>> read_response(HttpInput& input, std::size_t header_limit,
                                                        std::size_t body_limit, bool& has_begun);

/// Its status and headers alone; what came after them stays in `input`.
/// errors   closed, malformed, too_large
asio::awaitable<Result<Response>> read_response_head(HttpInput& input, std::size_t header_limit);

base::Blob serialize(const Request& request, const std::string& authority);
base::Blob serialize(const Response& response, bool keeps_alive);

}  // namespace sotto::net
