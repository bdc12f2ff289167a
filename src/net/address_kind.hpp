#pragma once
#include <boost/asio/ip/address.hpp>
#include <string>
#include <string_view>

namespace sotto::net {

/// Where an IP address leads (the special-purpose registries of RFC 6890).
enum class AddressKind {
  global,      // to anywhere in the Internet
  loopback,    // this machine
  link_local,  // this network segment; also where clouds keep their instances' secrets
  site,        // a private network, unique-local, or one for measurements
  shared,      // behind a provider's address translation (RFC 6598)
  unusable,    // to no single machine: unspecified, multicast, documentation, reserved
};
std::string_view to_text(AddressKind kind);

/// An IPv4 address that is written into an IPv6 one (mapped, translated, 6to4) is what it is itself.
AddressKind kind_of(const boost::asio::ip::address& address);

/// What a host says by its spelling alone: an address, `localhost` and what is below it. Other names: global.
/// What only looks like an address (`127.1`, `0x7f000001`) is unusable: who resolves it may take it for one.
AddressKind kind_of_spelling(const std::string& host);

/// Which addresses may be connected to; looked at for the very address, after names were resolved.
struct AddressRule {
  bool is_any = true;
  AddressKind also = AddressKind::global;  // besides global ones

  bool allows(AddressKind kind) const {
    if (is_any || kind == AddressKind::global) return true;
    return kind == also && kind != AddressKind::unusable;
  }
};

}  // namespace sotto::net
