#pragma once
#include <compare>
#include <optional>
#include <string>

#include "base/id.hpp"
#include "base/uuid.hpp"
#include "protocol/error.hpp"

namespace sotto::protocol {

using DeviceId = base::Id<struct DeviceIdTag, std::uint8_t>;               // 1…127
using RegistrationId = base::Id<struct RegistrationIdTag, std::uint32_t>;  // ours: 1…0x3FFF

/// errors  invalid_address  not 1…127
Result<DeviceId> parse_device_id(std::uint64_t raw);

/// An account: an ACI or a PNI, both a UUID (signal-protocol.md §1.8).
struct ServiceId {
  enum class Kind : std::uint8_t { aci = 0, pni = 1 };
  Kind kind = Kind::aci;
  base::Uuid uuid;
  friend auto operator<=>(const ServiceId&, const ServiceId&) = default;

  /// All three: invalid_address for anything but the exact form.
  static Result<ServiceId> parse(std::string_view text);    // "PNI:" and 36 characters, or those alone
  static Result<ServiceId> parse_binary(base::View bytes);  // 16 bytes, or 0x01 and 16
  static Result<ServiceId> parse_fixed(base::View bytes);   // 0x00 or 0x01, and 16

  std::string text() const;
  base::Blob binary() const;
  base::Bytes<17> fixed() const;
};

/// One device of somebody. The name is normally a service id; any other only disables what needs one.
struct Address {
  std::string name;
  DeviceId device;
  friend auto operator<=>(const Address&, const Address&) = default;

  std::optional<ServiceId> service_id() const;
};

/// The 36 bytes that bind a prekey message to both ends (§4.4); nothing if a name is no service id.
std::optional<base::Bytes<36>> addresses_field(const Address& sender, const Address& recipient);

}  // namespace sotto::protocol
