#pragma once
#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace sotto::net {

/// The IP address that a connection comes from; an IPv4 one as IPv6 writes it (`::ffff:192.0.2.1`).
struct Origin {
  base::Bytes<16> address{};
  friend bool operator==(const Origin&, const Origin&) = default;

  bool is_ipv4() const;
  bool is_loopback() const;
};

/// An address as proxies write it into headers: in brackets or not, with a port behind it or not.
std::optional<Origin> parse_origin(std::string_view text);

/// A stream that knows where it comes from.
class FromSomewhere {
 public:
  virtual std::optional<Origin> origin() const = 0;

 protected:
  ~FromSomewhere() = default;
};

}  // namespace sotto::net
