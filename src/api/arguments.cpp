#include "api/arguments.hpp"

namespace sotto::api {

Result<base::View> parse(sotto_view view) {
  if (view.size > max_view || (view.data == nullptr && view.size > 0)) return SOTTO_INVALID_ARGUMENT;
  return base::View(view.data, view.size);
}

Result<crypto::PublicKey> parse_public_key(sotto_view view) {
  TRY(const base::View bytes, parse(view));
  if (bytes.size() != crypto::PublicKey::size) return SOTTO_INVALID_KEY;
  return translated(crypto::PublicKey::parse(bytes));
}

Result<protocol::Address> parse(const sotto_address& address) {
  if (address.name == nullptr) return SOTTO_INVALID_ARGUMENT;
  TRY(const protocol::DeviceId device, translated(protocol::parse_device_id(address.device_id)));
  return protocol::Address{address.name, device};
}

protocol::DistributionId distribution_id(const std::uint8_t* sixteen) {
  protocol::DistributionId id{};
  std::copy_n(sixteen, id.uuid.bytes.size(), id.uuid.bytes.begin());
  return id;
}

void CallersRandom::fill(std::span<std::uint8_t> bytes) {
  if (from_ == nullptr) return system_.fill(bytes);
  from_->fill(from_->context, bytes.data(), bytes.size());
}

}  // namespace sotto::api
