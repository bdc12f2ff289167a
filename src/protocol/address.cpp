#include "protocol/address.hpp"

#include <algorithm>

namespace sotto::protocol {
namespace {

constexpr std::string_view pni_prefix = "PNI:";

base::Uuid uuid_of(base::View sixteen) { return {*base::fixed<16>(sixteen)}; }

}  // namespace

Result<DeviceId> parse_device_id(std::uint64_t raw) {
  if (raw < 1 || raw > 127) return Error::invalid_address;
  return DeviceId(static_cast<std::uint8_t>(raw));
}

Result<ServiceId> ServiceId::parse(std::string_view text) {
  const bool is_pni = text.starts_with(pni_prefix);
  const auto uuid = base::parse_uuid(is_pni ? text.substr(pni_prefix.size()) : text);
  if (!uuid) return Error::invalid_address;
  return ServiceId{is_pni ? Kind::pni : Kind::aci, *uuid};
}

Result<ServiceId> ServiceId::parse_binary(base::View bytes) {
  if (bytes.size() == 16) return ServiceId{Kind::aci, uuid_of(bytes)};
  if (bytes.size() == 17 && bytes[0] == 0x01) return ServiceId{Kind::pni, uuid_of(bytes.subspan(1))};
  return Error::invalid_address;
}

Result<ServiceId> ServiceId::parse_fixed(base::View bytes) {
  if (bytes.size() != 17 || bytes[0] > 0x01) return Error::invalid_address;
  return ServiceId{bytes[0] == 0x01 ? Kind::pni : Kind::aci, uuid_of(bytes.subspan(1))};
}

std::string ServiceId::text() const { return (kind == Kind::pni ? "PNI:" : "") + base::to_text(uuid); }

base::Blob ServiceId::binary() const {
  const auto whole = fixed();
  return base::blob(kind == Kind::pni ? base::View(whole) : base::View(whole).subspan(1));
}

base::Bytes<17> ServiceId::fixed() const {
  base::Bytes<17> bytes;
  bytes[0] = static_cast<std::uint8_t>(kind);
  std::ranges::copy(uuid.bytes, bytes.begin() + 1);
  return bytes;
}

std::optional<ServiceId> Address::service_id() const {
  const auto id = ServiceId::parse(name);
  if (!id) return std::nullopt;
  return *id;
}

std::optional<base::Bytes<36>> addresses_field(const Address& sender, const Address& recipient) {
  const auto from = sender.service_id(), to = recipient.service_id();
  if (!from || !to) return std::nullopt;
  base::Bytes<36> field;
  std::ranges::copy(from->fixed(), field.begin());
  field[17] = sender.device.value;
  std::ranges::copy(to->fixed(), field.begin() + 18);
  field[35] = recipient.device.value;
  return field;
}

}  // namespace sotto::protocol
