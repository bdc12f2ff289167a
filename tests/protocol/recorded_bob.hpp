#pragma once
#include <map>

#include "protocol/session/context.hpp"
#include "support/vectors.hpp"

namespace sotto::test {

/// The recipient of the recorded conversations: all his keys, as his prekey store gives them out.
class RecordedBob final : public protocol::PreKeySource {
 public:
  RecordedBob();
  protocol::Result<protocol::OneTimePreKey> one_time_prekey(protocol::PreKeyId id) const override;
  protocol::Result<protocol::SignedPreKey> signed_prekey(protocol::SignedPreKeyId id) const override;
  protocol::Result<protocol::KyberPreKey> kyber_prekey(protocol::KyberPreKeyId id) const override;

  crypto::KeyPair identity;
  protocol::RegistrationId registration_id;

 private:
  boost::json::value bob_;
};

protocol::Address address_of(const boost::json::value& value);

}  // namespace sotto::test
