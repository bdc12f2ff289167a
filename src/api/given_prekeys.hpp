#pragma once
#include "api/arguments.hpp"
#include "protocol/session/context.hpp"

namespace sotto::api {

/// The prekeys whose records the caller handed in. One that is empty, or the record of another id, isn't there.
class GivenPreKeys final : public protocol::PreKeySource {
 public:
  /// NULL: none are there.
  ///
  /// errors  SOTTO_INVALID_ARGUMENT
  static Result<GivenPreKeys> parse(const sotto_prekey_records* records);

  protocol::Result<protocol::OneTimePreKey> one_time_prekey(protocol::PreKeyId id) const override;
  protocol::Result<protocol::SignedPreKey> signed_prekey(protocol::SignedPreKeyId id) const override;
  protocol::Result<protocol::KyberPreKey> kyber_prekey(protocol::KyberPreKeyId id) const override;

 private:
  base::View one_time_, signed_, kyber_;
};

}  // namespace sotto::api
