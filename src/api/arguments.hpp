#pragma once
#include "api/status.hpp"
#include "crypto/curve25519.hpp"
#include "crypto/system_random.hpp"
#include "protocol/address.hpp"
#include "protocol/sender_key/distribution_id.hpp"

namespace sotto::api {

// What the caller hands in becomes a type of ours, or the status that says why it can't.

constexpr std::size_t max_view = std::size_t{1} << 30;  // bytes

/// errors  SOTTO_INVALID_ARGUMENT  NULL with a size, or longer than max_view
Result<base::View> parse(sotto_view view);

/// errors  SOTTO_INVALID_KEY  not 33 bytes, or of another type; peers drop what comes after them, callers don't send it
Result<crypto::PublicKey> parse_public_key(sotto_view view);

/// errors  SOTTO_INVALID_ARGUMENT  no name
///         SOTTO_INVALID_ADDRESS   a device id out of 1…127
Result<protocol::Address> parse(const sotto_address& address);

protocol::DistributionId distribution_id(const std::uint8_t* sixteen);

/// Random numbers from the caller, or from the system if there is no caller's source.
class CallersRandom final : public base::Random {
 public:
  explicit CallersRandom(const sotto_random* from) : from_(from) {}
  void fill(std::span<std::uint8_t> bytes) override;

 private:
  const sotto_random* from_;
  crypto::SystemRandom system_;
};

/// NULL is the system's source; one without a function is none.
inline bool is_usable(const sotto_random* random) { return random == nullptr || random->fill != nullptr; }

}  // namespace sotto::api
