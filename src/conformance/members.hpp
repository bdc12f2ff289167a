#pragma once
#include <boost/json.hpp>

#include "conformance/failure.hpp"
#include "crypto/curve25519.hpp"
#include "protocol/address.hpp"

namespace sotto::conformance {

/// The members of one request, each read into its type or refused by name. Absent and null are the same.
class Members {
 public:
  explicit Members(const boost::json::object& object) : object_(object) {}

  bool has(std::string_view name) const;
  Result<std::string> text(std::string_view name) const;
  Result<base::Blob> bytes(std::string_view name) const;  // of hex in either case
  Result<bool> flag(std::string_view name) const;
  Result<std::uint64_t> number(std::string_view name, std::uint64_t most) const;
  Result<std::uint64_t> number_or(std::string_view name, std::uint64_t most, std::uint64_t absent) const;
  Result<Members> object(std::string_view name) const;
  Result<std::vector<Members>> objects(std::string_view name) const;

  Result<base::Uuid> uuid(std::string_view name) const;
  Result<protocol::DeviceId> device(std::string_view name) const;
  Result<crypto::PublicKey> public_key(std::string_view name) const;    // invalid_key
  Result<crypto::PrivateKey> private_key(std::string_view name) const;  // invalid_key

  /// {service_id, device_id} of this object itself.
  Result<protocol::Address> address() const;
  /// The same of a member.
  Result<protocol::Address> address(std::string_view name) const;

 private:
  Result<const boost::json::value*> find(std::string_view name) const;
  std::reference_wrapper<const boost::json::object> object_;
};

}  // namespace sotto::conformance
