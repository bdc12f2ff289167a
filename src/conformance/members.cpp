#include "conformance/members.hpp"

#include "base/encoding.hpp"

namespace sotto::conformance {
namespace {

Failure malformed(std::string_view name, std::string_view wanted) {
  return invalid_request("`" + std::string(name) + "` must be " + std::string(wanted));
}

}  // namespace

bool Members::has(std::string_view name) const {
  const auto* found = object_.get().if_contains(name);
  return found != nullptr && !found->is_null();
}

Result<const boost::json::value*> Members::find(std::string_view name) const {
  if (!has(name)) return invalid_request("`" + std::string(name) + "` is missing");
  return object_.get().if_contains(name);
}

Result<std::string> Members::text(std::string_view name) const {
  TRY(const boost::json::value* found, find(name));
  if (!found->is_string()) return malformed(name, "a string");
  return std::string(found->get_string());
}

Result<base::Blob> Members::bytes(std::string_view name) const {
  TRY(const boost::json::value* found, find(name));
  if (!found->is_string()) return malformed(name, "a string of hex digits");
  auto decoded = base::from_hex(found->get_string());
  if (!decoded) return malformed(name, "an even number of hex digits");
  return *std::move(decoded);
}

Result<bool> Members::flag(std::string_view name) const {
  TRY(const boost::json::value* found, find(name));
  if (!found->is_bool()) return malformed(name, "true or false");
  return found->get_bool();
}

Result<std::uint64_t> Members::number(std::string_view name, std::uint64_t most) const {
  TRY(const boost::json::value* found, find(name));
  boost::json::error_code error;
  const auto value = found->to_number<std::uint64_t>(error);
  if (error || value > most) return malformed(name, "a whole number from 0 to " + std::to_string(most));
  return value;
}

Result<std::uint64_t> Members::number_or(std::string_view name, std::uint64_t most, std::uint64_t absent) const {
  if (!has(name)) return absent;
  return number(name, most);
}

Result<Members> Members::object(std::string_view name) const {
  TRY(const boost::json::value* found, find(name));
  if (!found->is_object()) return malformed(name, "an object");
  return Members(found->get_object());
}

Result<std::vector<Members>> Members::objects(std::string_view name) const {
  TRY(const boost::json::value* found, find(name));
  if (!found->is_array()) return malformed(name, "a list");
  std::vector<Members> all;
  for (const auto& one : found->get_array()) {
    if (!one.is_object()) return malformed(name, "a list of objects");
    all.emplace_back(one.get_object());
  }
  return all;
}

Result<base::Uuid> Members::uuid(std::string_view name) const {
  TRY(const std::string spelled, text(name));
  const auto parsed = base::parse_uuid(spelled);
  if (!parsed) return malformed(name, "a UUID of 36 characters");
  return *parsed;
}

Result<protocol::DeviceId> Members::device(std::string_view name) const {
  TRY(const std::uint64_t raw, number(name, 127));
  if (raw == 0) return malformed(name, "a device id from 1 to 127");
  return protocol::DeviceId(static_cast<std::uint8_t>(raw));
}

Result<crypto::PublicKey> Members::public_key(std::string_view name) const {
  TRY(const base::Blob raw, bytes(name));
  CONFORM(crypto::PublicKey key, crypto::PublicKey::parse(raw));
  return key;
}

Result<crypto::PrivateKey> Members::private_key(std::string_view name) const {
  TRY(const base::Blob raw, bytes(name));
  CONFORM(crypto::PrivateKey key, crypto::PrivateKey::parse(raw));
  return key;
}

Result<protocol::Address> Members::address() const {
  TRY(const base::Uuid account, uuid("service_id"));
  TRY(const protocol::DeviceId number, device("device_id"));
  return protocol::Address{base::to_text(account), number};
}

Result<protocol::Address> Members::address(std::string_view name) const {
  TRY(const Members whole, object(name));
  return whole.address();
}

}  // namespace sotto::conformance
