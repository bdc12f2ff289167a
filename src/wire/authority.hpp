#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace sotto::wire {

/// A home server as statements write it: host in lower case or [IPv6], port always written ("chat.example:443").
struct Authority {
  std::string host;  // without the brackets of an IPv6 address
  std::uint16_t port = 0;
  friend bool operator==(const Authority&, const Authority&) = default;

  std::string text() const;
  /// Exactly the form above, so that each server has one spelling; nothing otherwise.
  static std::optional<Authority> parse(std::string_view text);
  /// `https://HOST[:PORT][/]`, any case; port 443 if none is written. Nothing for another scheme, a path or a user.
  static std::optional<Authority> from_url(std::string_view url);
};

constexpr std::size_t max_authority = 261;  // bytes: 253 of a host name, brackets, colon, port

}  // namespace sotto::wire
