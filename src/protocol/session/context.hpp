#pragma once
#include <functional>

#include "protocol/address.hpp"
#include "protocol/pqxdh/prekeys.hpp"

namespace sotto::protocol {

enum class Use { sending, receiving };

/// Whether this identity key may stand for that device. Asked at exactly the moments of signal-protocol.md §10.1.
using Trust = std::function<bool(const Address& remote, const crypto::PublicKey& identity, Use use)>;

/// Everything around one operation of a session: who we are, with whom, by which rule, and what the outside lends.
struct Context {
  const crypto::KeyPair& identity;  // ours
  RegistrationId registration_id;   // ours
  const Address& local;
  const Address& remote;
  const Trust& trust;
  std::uint64_t now_ms;
  base::Random& random;
};

/// §3.6: both ends are devices of one account, so nobody can be flooded by a long jump.
bool is_self_session(const Context& context, const crypto::PublicKey& local, const crypto::PublicKey& remote);

/// This device's own prekeys, as decrypting a prekey message asks for them. unknown_prekey for one that isn't there.
class PreKeySource {
 public:
  virtual ~PreKeySource() = default;
  virtual Result<OneTimePreKey> one_time_prekey(PreKeyId id) const = 0;
  virtual Result<SignedPreKey> signed_prekey(SignedPreKeyId id) const = 0;
  virtual Result<KyberPreKey> kyber_prekey(KyberPreKeyId id) const = 0;
};

}  // namespace sotto::protocol
