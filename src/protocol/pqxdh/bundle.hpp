#pragma once
#include <optional>

#include "protocol/address.hpp"
#include "protocol/pqxdh/prekeys.hpp"

namespace sotto::protocol {

/// What one device publishes so that others can write to it first (§2.2). How it travels is the service's business.
struct PreKeyBundle {
  RegistrationId registration_id;
  DeviceId device_id;
  crypto::PublicKey identity_key;

  struct Signed {
    SignedPreKeyId id;
    crypto::PublicKey key;
    base::Blob signature;  // as it came: any length but 64 does not verify
  } signed_prekey;

  struct Kyber {
    KyberPreKeyId id;
    crypto::KyberPublicKey key;
    base::Blob signature;
  } kyber_prekey;

  struct OneTime {
    PreKeyId id;
    crypto::PublicKey key;
  };
  std::optional<OneTime> one_time_prekey;

  /// Whether the identity key signed both prekeys, each in its serialized form with the type byte (§2.3).
  bool has_good_signatures() const;
};

}  // namespace sotto::protocol
