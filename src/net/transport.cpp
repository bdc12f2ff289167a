#include "net/transport.hpp"

#include <algorithm>
#include <charconv>

namespace sotto::net {
namespace {

bool is_host_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}
bool is_ipv6_letter(char c) { return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' || c == '.'; }

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return port;
}

}  // namespace

std::string to_text(const Endpoint& endpoint) {
  const bool is_ipv6 = endpoint.host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

std::optional<Endpoint> parse_endpoint(std::string_view text, std::optional<std::uint16_t> default_port) {
  std::string_view host, rest;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
    if (!std::ranges::all_of(host, is_ipv6_letter) || host.find(':') == std::string_view::npos) return std::nullopt;
  } else {
    const auto colon = text.find(':');
    host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    if (!std::ranges::all_of(host, is_host_letter)) return std::nullopt;
  }
  if (host.empty() || host.size() > 253) return std::nullopt;
  if (rest.empty()) {
    if (!default_port) return std::nullopt;
    return Endpoint{.host = std::string(host), .port = *default_port};
  }
  const auto port = rest.starts_with(':') ? parse_port(rest.substr(1)) : std::nullopt;
  if (!port) return std::nullopt;
  return Endpoint{.host = std::string(host), .port = *port};
}

namespace {

bool is_login_part(std::string_view text) {
  const auto is_plain = [](char c) { return c > 0x20 && c < 0x7F && c != '/' && c != '@' && c != ':'; };
  return !text.empty() && text.size() <= 255 && std::ranges::all_of(text, is_plain);
}

}  // namespace

std::optional<Proxy> parse_proxy(std::string_view url) {
  constexpr std::string_view scheme = "socks5h://";
  if (!url.starts_with(scheme)) return std::nullopt;
  url.remove_prefix(scheme.size());
  if (url.ends_with('/')) url.remove_suffix(1);
  Proxy made{.at = {}};
  const auto login_end = url.rfind('@');
  if (login_end != url.npos) {
    const std::string_view login = url.substr(0, login_end);
    const auto colon = login.find(':');
    if (colon == login.npos) return std::nullopt;
    made.user = login.substr(0, colon);
    made.password = login.substr(colon + 1);
    if (!is_login_part(made.user) || !is_login_part(made.password)) return std::nullopt;
    url.remove_prefix(login_end + 1);
  }
  const auto at = parse_endpoint(url);
  if (!at || at->port == 0) return std::nullopt;
  made.at = *at;
  return made;
}

Result<void> check_route(const Endpoint& to, const Route& route) {
  // RFC 7686: such a name is never given to the name service.
  if (to.host.ends_with(".onion") && !route.proxy) return Error{.problem = Problem::onion_without_proxy};
  const AddressKind kind = kind_of_spelling(to.host);
  if (!route.addresses.allows(kind)) return not_allowed(to.host, kind);
  return {};
}

Error not_allowed(const std::string& address, AddressKind kind) {
  return {.problem = Problem::address_not_allowed, .detail = address + " is " + std::string(to_text(kind))};
}

}  // namespace sotto::net
