#include "net/origin.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>

namespace sotto::net {
namespace {

namespace ip = boost::asio::ip;
constexpr std::array<std::uint8_t, 12> ipv4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

bool Origin::is_ipv4() const { return std::ranges::equal(base::View(address).first<12>(), ipv4_prefix); }

bool Origin::is_loopback() const {
  if (is_ipv4()) return address[12] == 127;
  return ip::address_v6(address).is_loopback();
}

std::optional<Origin> parse_origin(std::string_view text) {
  constexpr std::string_view blanks = " \t\"";
  while (!text.empty() && blanks.find(text.front()) != text.npos) text.remove_prefix(1);
  while (!text.empty() && blanks.find(text.back()) != text.npos) text.remove_suffix(1);
  if (text.starts_with('[')) {
    text = text.substr(1, text.find(']') - 1);
  } else if (std::ranges::count(text, ':') == 1) {
    text = text.substr(0, text.find(':'));  // IPv4 and a port
  }
  boost::system::error_code failure;
  const auto address = ip::make_address(std::string(text), failure);
  if (failure) return std::nullopt;
  if (address.is_v6()) return Origin{address.to_v6().to_bytes()};
  return Origin{ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes()};
}

}  // namespace sotto::net
