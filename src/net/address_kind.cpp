#include "net/address_kind.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sotto::net {
namespace {

namespace ip = boost::asio::ip;
using Bits = ip::address_v6::bytes_type;
using Kind = AddressKind;

struct Block4 {
  std::uint32_t from;
  unsigned length;  // of the prefix, bits
  Kind kind;
};
// https://www.iana.org/assignments/iana-ipv4-special-registry
constexpr std::array blocks4{Block4{0x00000000, 8, Kind::unusable},     // this network
                             Block4{0x0A000000, 8, Kind::site},         // 10/8
                             Block4{0x64400000, 10, Kind::shared},      // 100.64/10
                             Block4{0x7F000000, 8, Kind::loopback},     // 127/8
                             Block4{0xA9FE0000, 16, Kind::link_local},  // 169.254/16
                             Block4{0xAC100000, 12, Kind::site},        // 172.16/12
                             Block4{0xC0000000, 24, Kind::unusable},    // 192.0.0/24, protocol assignments
                             Block4{0xC0000200, 24, Kind::unusable},    // 192.0.2/24, documentation
                             Block4{0xC0586300, 24, Kind::unusable},    // 192.88.99/24, 6to4 relays
                             Block4{0xC0A80000, 16, Kind::site},        // 192.168/16
                             Block4{0xC6120000, 15, Kind::site},        // 198.18/15, measurements
                             Block4{0xC6336400, 24, Kind::unusable},    // 198.51.100/24, documentation
                             Block4{0xCB007100, 24, Kind::unusable},    // 203.0.113/24, documentation
                             Block4{0xE0000000, 3, Kind::unusable}};    // multicast, reserved, broadcast

Kind kind_of(const ip::address_v4& address) {
  const std::uint32_t bits = address.to_uint();
  for (const Block4& block : blocks4) {
    if (bits >> (32 - block.length) == block.from >> (32 - block.length)) return block.kind;
  }
  return Kind::global;
}

bool starts_with(const Bits& bits, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bits.begin());
}

Kind kind_of_v4_at(const Bits& bits, std::size_t at) {
  return kind_of(ip::address_v4({bits[at], bits[at + 1], bits[at + 2], bits[at + 3]}));
}

Kind kind_of(const ip::address_v6& address) {
  const Bits bits = address.to_bytes();
  if (address.is_loopback()) return Kind::loopback;
  if (address.is_v4_mapped()) return kind_of_v4_at(bits, 12);
  // 64:ff9b::/96, translated on the way; 64:ff9b:1::/48 by somebody nearer
  if (starts_with(bits, {0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0})) return kind_of_v4_at(bits, 12);
  if (starts_with(bits, {0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01})) return Kind::site;
  if (starts_with(bits, {0x20, 0x02})) return kind_of_v4_at(bits, 2);                   // 6to4
  if (bits[0] == 0xFE && (bits[1] & 0xC0) == 0x80) return Kind::link_local;             // fe80::/10
  if (bits[0] == 0xFE && (bits[1] & 0xC0) == 0xC0) return Kind::site;                   // fec0::/10, before RFC 3879
  if ((bits[0] & 0xFE) == 0xFC) return Kind::site;                                      // fc00::/7
  if (starts_with(bits, {0x20, 0x01, 0x0D, 0xB8})) return Kind::unusable;               // documentation
  if (starts_with(bits, {0x20, 0x01}) && (bits[2] & 0xFE) == 0) return Kind::unusable;  // 2001::/23: Teredo and others
  return (bits[0] & 0xE0) == 0x20 ? Kind::global : Kind::unusable;                      // only 2000::/3 is given out
}

/// Whether resolvers may take it for an address: the last part is a number, decimal or hexadecimal.
bool ends_in_a_number(const std::string& host) {
  const std::string last = host.substr(host.rfind('.') + 1);  // npos + 1 is 0
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (last.empty()) return true;
  if (std::ranges::all_of(last, is_digit)) return true;
  const auto is_hex = [&](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  const bool is_prefixed = last.starts_with("0x") || last.starts_with("0X");
  return is_prefixed && std::ranges::all_of(last.substr(2), is_hex);
}

}  // namespace

std::string_view to_text(AddressKind kind) {
  switch (kind) {
    case Kind::global:
      return "a public address";
    case Kind::loopback:
      return "this machine itself";
    case Kind::link_local:
      return "a machine of this network segment";
    case Kind::site:
      return "a machine of a private network";
    case Kind::shared:
      return "a machine behind the provider's address translation";
    case Kind::unusable:
      return "an address that no server can have";
  }
  return "an unknown address";
}

AddressKind kind_of(const ip::address& address) {
  return address.is_v4() ? kind_of(address.to_v4()) : kind_of(address.to_v6());
}

AddressKind kind_of_spelling(const std::string& host) {
  boost::system::error_code is_name;
  const auto literal = ip::make_address(host, is_name);
  if (!is_name) return kind_of(literal);
  if (host == "localhost" || host.ends_with(".localhost")) return Kind::loopback;
  return ends_in_a_number(host) ? Kind::unusable : Kind::global;
}

}  // namespace sotto::net
