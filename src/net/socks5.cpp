#include "net/socks5.hpp"

#include <boost/asio/ip/address.hpp>

#include "base/check.hpp"

namespace sotto::net::socks5 {
namespace {

constexpr std::uint8_t version = 5, login_version = 1, connect_command = 1;
enum AddressType : std::uint8_t { ipv4 = 1, name = 3, ipv6 = 4 };

template <class Bytes>
void append(base::Blob& onto, const Bytes& bytes) {
  onto.insert(onto.end(), bytes.begin(), bytes.end());
}

void append_counted(base::Blob& onto, std::string_view text) {
  CHECK(!text.empty() && text.size() <= 255);
  onto.push_back(static_cast<std::uint8_t>(text.size()));
  append(onto, text);
}

Error failed(Problem problem, std::string words) { return {.problem = problem, .detail = "the proxy says: " + words}; }

/// RFC 1928, section 6; from 0xF0 on what Tor says about onion services (its ExtendedErrors).
Error error_of(std::uint8_t code) {
  switch (code) {
    case 0x01:
      return failed(Problem::proxy_failed, "general failure");
    case 0x02:
      return failed(Problem::proxy_failed, "its rules don't allow this connection");
    case 0x03:
      return failed(Problem::unreachable, "no way to the network");
    case 0x04:
      return failed(Problem::unreachable, "no such host, or no way to it");
    case 0x05:
      return failed(Problem::refused, "connection refused");
    case 0x06:
      return failed(Problem::timed_out, "it took too long");
    case 0x07:
      return failed(Problem::proxy_failed, "it does not make connections");
    case 0x08:
      return failed(Problem::proxy_failed, "it can't reach this kind of address");
    case 0xF0:
      return failed(Problem::unreachable, "the onion service is not to be found");
    case 0xF1:
      return failed(Problem::unreachable, "the onion service's descriptor is not valid");
    case 0xF2:
    case 0xF3:
    case 0xF7:
      return failed(Problem::unreachable, "the onion service does not answer");
    case 0xF4:
    case 0xF5:
      return failed(Problem::proxy_failed, "the onion service asks for a key that Tor does not have");
    case 0xF6:
      return failed(Problem::proxy_failed, "the onion address is not valid");
    default:
      return failed(Problem::proxy_failed, "error " + std::to_string(code));
  }
}

}  // namespace

base::Blob greeting(bool has_login) {
  if (!has_login) return {version, 1, static_cast<std::uint8_t>(Method::open)};
  return {version, 2, static_cast<std::uint8_t>(Method::password), static_cast<std::uint8_t>(Method::open)};
}

Result<Method> parse_method(const base::Bytes<2>& answer) {
  if (answer[0] != version) return Error{.problem = Problem::malformed, .detail = "this is no SOCKS5 proxy"};
  switch (answer[1]) {
    case static_cast<std::uint8_t>(Method::open):
      return Method::open;
    case static_cast<std::uint8_t>(Method::password):
      return Method::password;
    case static_cast<std::uint8_t>(Method::none_acceptable):
      return Error{.problem = Problem::proxy_login_refused, .detail = "it asks for another kind of login"};
    default:
      return Error{.problem = Problem::malformed, .detail = "the proxy chose what was not offered"};
  }
}

base::Blob login(std::string_view user, std::string_view password) {
  base::Blob made{login_version};
  append_counted(made, user);
  append_counted(made, password);
  return made;
}

Result<void> parse_login(const base::Bytes<2>& answer) {
  if (answer[0] != login_version) return Error{.problem = Problem::malformed, .detail = "this is no SOCKS5 login"};
  if (answer[1] != 0) return Error{.problem = Problem::proxy_login_refused};
  return {};
}

base::Blob connect_request(const Endpoint& to) {
  base::Blob made{version, connect_command, 0};
  boost::system::error_code is_name;
  const auto literal = asio::ip::make_address(to.host, is_name);
  if (is_name) {
    made.push_back(AddressType::name);
    append_counted(made, to.host);
  } else if (literal.is_v4()) {
    made.push_back(AddressType::ipv4);
    append(made, literal.to_v4().to_bytes());
  } else {
    made.push_back(AddressType::ipv6);
    append(made, literal.to_v6().to_bytes());
  }
  made.push_back(static_cast<std::uint8_t>(to.port >> 8));
  made.push_back(static_cast<std::uint8_t>(to.port));
  return made;
}

Result<std::size_t> reply_size(base::View beginning) {
  constexpr std::size_t head = 4, port = 2;  // bytes before and behind the address
  if (beginning.size() > 0 && beginning[0] != version)
    return Error{.problem = Problem::malformed, .detail = "this is no SOCKS5 reply"};
  if (beginning.size() < head + 1) return head + 1;
  switch (beginning[3]) {
    case AddressType::ipv4:
      return head + 4 + port;
    case AddressType::ipv6:
      return head + 16 + port;
    case AddressType::name:
      return head + 1 + beginning[4] + port;
    default:
      return Error{.problem = Problem::malformed, .detail = "the proxy's reply has an unknown kind of address"};
  }
}

Result<void> parse_reply(base::View reply) {
  TRY(const std::size_t size, reply_size(reply));
  if (size != reply.size() || reply[2] != 0)
    return Error{.problem = Problem::malformed, .detail = "this is no SOCKS5 reply"};
  if (reply[1] != 0) return error_of(reply[1]);
  return {};
}

namespace {

asio::awaitable<Result<void>> read_exactly(Stream& from, std::span<std::uint8_t> into) {
  while (!into.empty()) {
    const auto size = co_await read_some(from, into);
    if (!size) co_return size.error();
    if (*size == 0) co_return Error{.problem = Problem::closed, .detail = "by the proxy"};
    into = into.subspan(*size);
  }
  co_return Result<void>();
}

asio::awaitable<Result<void>> log_in(Stream& proxy, Proxy by) {
  const base::Blob words = login(by.user, by.password);
  const auto written = co_await write_all(proxy, words);
  if (!written) co_return written.error();
  base::Bytes<2> answer{};
  const auto read = co_await read_exactly(proxy, answer);
  if (!read) co_return read.error();
  co_return parse_login(answer);
}

}  // namespace

asio::awaitable<Result<void>> open(Stream& proxy, Endpoint to, Proxy by) {
  const base::Blob hello = greeting(by.has_login());
  const auto greeted = co_await write_all(proxy, hello);
  if (!greeted) co_return greeted.error();
  base::Bytes<2> answer{};
  const auto answered = co_await read_exactly(proxy, answer);
  if (!answered) co_return answered.error();
  const auto method = parse_method(answer);
  if (!method) co_return method.error();
  if (*method == Method::password && !by.has_login())
    co_return Error{.problem = Problem::malformed, .detail = "the proxy chose what was not offered"};
  if (*method == Method::password) {
    const auto logged_in = co_await log_in(proxy, std::move(by));
    if (!logged_in) co_return logged_in.error();
  }

  const base::Blob request = connect_request(to);
  const auto asked = co_await write_all(proxy, request);
  if (!asked) co_return asked.error();
  base::Blob reply;
  while (true) {
    const auto size = reply_size(reply);
    if (!size) co_return size.error();
    if (*size == reply.size()) break;
    const std::size_t before = reply.size();
    reply.resize(*size);
    const auto read = co_await read_exactly(proxy, std::span(reply).subspan(before));
    if (!read) co_return read.error();
  }
  co_return parse_reply(reply);
}

}  // namespace sotto::net::socks5
