#pragma once
#include <span>
#include <vector>

#include "protocol/address.hpp"
#include "protocol/sealed/agreement.hpp"

namespace sotto::protocol {

constexpr std::uint32_t max_sealed_registration_id = 0x3FFF;  // 14 bits on the wire, §12

/// One entry of an upload: devices that share an identity key.
struct SealedRecipient {
  struct Device {
    DeviceId id;
    RegistrationId registration_id;  // the remote one of the session, 0…0x3FFF
  };
  ServiceId service_id;
  std::vector<Device> devices;  // one or more
  crypto::PublicKey identity;
};

struct SealedAudience {
  std::span<const SealedRecipient> recipients;  // in order; none is fine
  std::span<const ServiceId> excluded = {};     // named at the end, so that a server can tell them from forgotten ones
};

struct SealedForMany {
  base::Blob message;                 // the sent form, to be uploaded once
  std::vector<std::size_t> left_out;  // places in audience.recipients of those whose seal failed, ascending
};

/// Hides who sends to many devices: sealed sender version 2. The content is encrypted once; each recipient costs two
/// agreements, one if the static one is kept.
///
/// content   as for `seal`
/// audience  a recipient whose key agrees to zero is left out and reported; it fails nobody else's
/// errors    invalid_session  a registration id over 14 bits
///           no_session       a recipient without devices
/// source    signal-protocol.md §8.5
Result<SealedForMany> seal_for_many(base::View content, const crypto::KeyPair& sender, const SealedAudience& audience,
                                    base::Random& random, const KnownAgreements& known = {});

/// One device that has a session, for `recipients_of`.
struct SealedPeer {
  const Address& address;
  RegistrationId registration_id;
  const crypto::PublicKey& identity;
};

/// Entries as other libraries make them: consecutive peers of one name share one, with the first one's identity key.
///
/// errors  invalid_address  a name that is no service id
Result<std::vector<SealedRecipient>> recipients_of(std::span<const SealedPeer> peers);

}  // namespace sotto::protocol
