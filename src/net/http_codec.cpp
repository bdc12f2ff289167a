#include "net/http_codec.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/vector_body.hpp>

#include "base/check.hpp"
#include "net/wiping.hpp"

namespace sotto::net {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;
using Body = http::vector_body<std::uint8_t>;

constexpr std::size_t read_size = 16u << 10;  // bytes asked of the stream at once

Error parse_error(const error_code& failure) {
  if (failure == http::error::header_limit || failure == http::error::body_limit ||
      failure == http::error::buffer_overflow)
    return {.problem = Problem::too_large, .detail = failure.message()};
  if (failure == http::error::partial_message || failure == http::error::end_of_stream)
    return {.problem = Problem::closed};
  return {.problem = Problem::malformed, .detail = failure.message()};
}

/// Gives the parser what lies in `input.surplus`, until it has enough; what it does not take stays there.
template <class Parser, class Claim>
error_code feed(Parser& parser, HttpInput& input, Claim has_enough) {
  error_code failure;
  while (!input.surplus.empty() && !has_enough(parser)) {
    const auto taken = parser.put(boost::asio::buffer(input.surplus), failure);
    wipe_front(input.surplus, taken);
    if (failure || taken == 0) break;
  }
  if (failure == http::error::need_more) failure = {};
  return failure;
}

// The head alone at first: a body is only made room for once its limit is known.
constexpr auto has_head = [](const auto& parser) { return parser.is_header_done(); };
constexpr auto is_whole = [](const auto& parser) { return parser.is_done(); };

/// Appends what the stream has to the surplus.
/// returns  how much; 0 at its end
asio::awaitable<Result<std::size_t>> read_more(HttpInput& input) {
  if (input.surplus.empty()) co_return co_await read_onto(input.stream, input.surplus, read_size);
  base::Blob more;
  const auto size = co_await read_onto(input.stream, more, read_size);
  wipe_grow(input.surplus, more);
  co_return size;
}

template <class Fields>
std::vector<Header> headers_of(const Fields& fields) {
  std::vector<Header> headers;
  for (const auto& field : fields)
    headers.push_back({.name = std::string(field.name_string()), .value = std::string(field.value())});
  return headers;
}

/// What another server before or behind us could read differently, and the parser lets pass (RFC 9112, sections 3.2 and
/// 6.1): any coding but one `chunked`, two hosts, none.
template <class Message>
bool is_ambiguous(const Message& message) {
  const auto hosts = message.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && message.version() >= 11)) return true;
  const auto codings = message.count(http::field::transfer_encoding);
  if (codings == 0) return false;
  return codings > 1 || message.version() < 11 ||
         !boost::beast::iequals(message[http::field::transfer_encoding], "chunked");
}

/// Whether it asks for a WebSocket (RFC 6455, section 4.1); what else that needs, websocket/handshake judges.
template <class Message>
bool is_upgrade(const Message& message) {
  return message.version() >= 11 && message.method() == http::verb::get &&
         http::token_list(message[http::field::connection]).exists("upgrade") &&
         http::token_list(message[http::field::upgrade]).exists("websocket");
}

void append(base::Blob& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

void append(base::Blob& out, const std::vector<Header>& headers) {
  for (const Header& header : headers) {
    CHECK(header.value.find_first_of("\r\n") == std::string::npos &&
          header.name.find_first_of("\r\n: ") == std::string::npos);
    append(out, header.name + ": " + header.value + "\r\n");
  }
}

}  // namespace

struct RequestReader::Parser {
  http::request_parser<Body, WipingAllocator<char>> parser;
};

RequestReader::RequestReader(std::size_t header_limit) : parser_(std::make_unique<Parser>()) {
  parser_->parser.header_limit(static_cast<std::uint32_t>(header_limit));
  parser_->parser.body_limit(boost::none);  // set before the body is read; a head alone never fills it
}
RequestReader::~RequestReader() = default;

std::size_t RequestReader::expected_body(std::size_t limit) const {
  if (parser_->parser.is_done()) return 0;
  const auto announced = parser_->parser.content_length();
  return announced ? static_cast<std::size_t>(std::min<std::uint64_t>(*announced, limit)) : limit;
}

asio::awaitable<Result<RequestHead>> RequestReader::read_head(HttpInput& input) {
  auto& parser = parser_->parser;
  for (;;) {
    if (const auto failure = feed(parser, input, has_head)) co_return parse_error(failure);
    if (parser.is_header_done()) break;
    CO_TRY(const std::size_t size, co_await read_more(input));
    if (size == 0) co_return Error{.problem = Problem::closed};
  }
  const auto& message = parser.get();
  if (is_ambiguous(message)) co_return Error{.problem = Problem::malformed};
  RequestHead head{.request = {.method = std::string(message.method_string()),
                               .target = std::string(message.target()),
                               .headers = headers_of(message)},
                   .keeps_alive = parser.keep_alive(),
                   .is_upgrade = is_upgrade(message),
                   .expects_continue = message[http::field::expect] == "100-continue"};
  co_return head;
}

asio::awaitable<Result<base::Blob>> RequestReader::read_body(HttpInput& input, std::size_t limit,
                                                             std::function<bool(std::size_t)> may_hold) {
  auto& parser = parser_->parser;
  // Beast looks at a Content-Length when the head ends, which is before the limit for this request is known.
  const auto announced = parser.content_length();
  if (announced && *announced > limit) co_return Error{.problem = Problem::too_large};
  parser.body_limit(limit);
  while (!parser.is_done()) {
    if (const auto failure = feed(parser, input, is_whole)) co_return parse_error(failure);
    if (parser.is_done()) break;
    CO_TRY(const std::size_t size, co_await read_more(input));
    if (size == 0) co_return Error{.problem = Problem::closed};
    if (!may_hold(size)) co_return Error{.problem = Problem::too_large, .http_status = 503};
  }
  base::Blob body = std::move(parser.get().body());
  co_return body;
}

asio::awaitable<Result<ReceivedResponse>> read_response(HttpInput& input, std::size_t header_limit,
                                                        std::size_t body_limit, bool& has_begun) {
  http::response_parser<Body> parser;
  parser.header_limit(static_cast<std::uint32_t>(header_limit));
  parser.body_limit(body_limit);
  parser.eager(true);
  for (;;) {
    has_begun = has_begun || !input.surplus.empty();
    if (const auto failure = feed(parser, input, is_whole)) co_return parse_error(failure);
    if (parser.is_done()) break;
    CO_TRY(const std::size_t size, co_await read_more(input));
    if (size > 0) continue;
    error_code failure;
    if (has_begun) parser.put_eof(failure);
    if (!has_begun || failure) co_return Error{.problem = Problem::closed};
  }
  ReceivedResponse received{.response = {.status = parser.get().result_int(),
                                         .headers = headers_of(parser.get()),
                                         .body = std::move(parser.get().body())},
                            .keeps_alive = parser.keep_alive()};
  co_return received;
}

asio::awaitable<Result<Response>> read_response_head(HttpInput& input, std::size_t header_limit) {
  http::response_parser<Body> parser;
  parser.header_limit(static_cast<std::uint32_t>(header_limit));
  for (;;) {
    if (const auto failure = feed(parser, input, has_head)) co_return parse_error(failure);
    if (parser.is_header_done()) break;
    CO_TRY(const std::size_t size, co_await read_more(input));
    if (size == 0) co_return Error{.problem = Problem::closed};
  }
  Response response{.status = parser.get().result_int(), .headers = headers_of(parser.get()), .body = {}};
  co_return response;
}

base::Blob serialize(const Request& request, const std::string& authority) {
  base::Blob out;
  append(out, request.method + " " + request.target + " HTTP/1.1\r\nHost: " + authority + "\r\n");
  append(out, request.headers);
  // Nothing is announced where nothing is meant (RFC 9110, section 8.6).
  if (request.method != "GET" || !request.body.empty())
    append(out, "Content-Length: " + std::to_string(request.body.size()) + "\r\n");
  append(out, "\r\n");
  out.insert(out.end(), request.body.begin(), request.body.end());
  return out;
}

base::Blob serialize(const Response& response, bool keeps_alive) {
  base::Blob out;
  append(out, "HTTP/1.1 " + std::to_string(response.status) + " " +
                  std::string(http::obsolete_reason(static_cast<http::status>(response.status))) + "\r\n");
  append(out, response.headers);
  const bool may_have_body = response.status >= 200;  // RFC 9110, section 8.6
  if (may_have_body) append(out, "Content-Length: " + std::to_string(response.body.size()) + "\r\n");
  append(out, keeps_alive ? "\r\n" : "Connection: close\r\n\r\n");
  out.insert(out.end(), response.body.begin(), response.body.end());
  return out;
}

}  // namespace sotto::net
