#include "wire/authority.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace sotto::wire {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool is_plain = !text.empty() && text.front() != '0';
  if (error != std::errc{} || end != text.data() + text.size() || !is_plain) return std::nullopt;
  return port;
}

/// The one spelling of an IPv6 address (RFC 5952).
std::optional<std::string> canonical_ipv6(const std::string& text) {
  in6_addr address{};
  char spelled[INET6_ADDRSTRLEN];
  if (inet_pton(AF_INET6, text.c_str(), &address) != 1) return std::nullopt;
  if (inet_ntop(AF_INET6, &address, spelled, sizeof spelled) == nullptr) return std::nullopt;
  return spelled;
}

bool is_host_name(std::string_view host) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  if (host.empty() || host.size() > 253 || !std::ranges::all_of(host, is_allowed)) return false;
  return host.front() != '.' && host.front() != '-' && host.back() != '.' && host.find("..") == host.npos;
}

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return made;
}

/// Host and optional port.
std::optional<Authority> split(std::string_view text, std::optional<std::uint16_t> default_port) {
  const bool is_ipv6 = text.starts_with('[');
  const auto host_end = is_ipv6 ? text.find(']') : text.find(':');
  if (is_ipv6 && host_end == text.npos) return std::nullopt;
  const std::string host(is_ipv6 ? text.substr(1, host_end - 1) : text.substr(0, host_end));
  const std::string_view rest = host_end == text.npos ? "" : text.substr(host_end + (is_ipv6 ? 1 : 0));

  std::optional<std::uint16_t> port = default_port;
  if (!rest.empty()) port = rest.front() == ':' ? parse_port(rest.substr(1)) : std::nullopt;
  if (!port) return std::nullopt;
  if (is_ipv6) {
    const auto canonical = canonical_ipv6(host);
    if (!canonical) return std::nullopt;
    return Authority{*canonical, *port};
  }
  if (!is_host_name(host)) return std::nullopt;
  return Authority{host, *port};
}

}  // namespace

std::string Authority::text() const {
  const bool is_ipv6 = host.find(':') != host.npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<Authority> Authority::parse(std::string_view text) {
  auto made = split(text, std::nullopt);
  if (!made || made->text() != text) return std::nullopt;
  return made;
}

std::optional<Authority> Authority::from_url(std::string_view url) {
  std::string text = lower(url);
  constexpr std::string_view scheme = "https://";
  if (!text.starts_with(scheme)) return std::nullopt;
  text.erase(0, scheme.size());
  if (text.ends_with('/')) text.pop_back();
  return split(text, std::uint16_t{443});
}

}  // namespace sotto::wire
