#pragma once
#include "protocol/pqxdh/bundle.hpp"
#include "protocol/ratchet/keys.hpp"

namespace sotto::protocol {

/// What both ends hold afterwards (§3.2). Identity keys are no input: every message's MAC binds them instead.
struct AgreedKeys {
  RootKey root_key;
  ChainKey chain_key;
  spqr::AuthKey spqr_auth_key;
};

struct Initiation {
  AgreedKeys keys;
  crypto::PublicKey base_key;
  crypto::KyberCiphertext kyber_ciphertext;
};

/// The initiator's half. The bundle's signatures are the caller's to check.
///
/// errors  invalid_key  an agreement of zero, or a Kyber key out of range
/// source  §3.2; draws the base key, then the encapsulation
Result<Initiation> initiate(const crypto::KeyPair& identity, const PreKeyBundle& bundle, base::Random& random);

/// The recipient's own keys that the initiator used, and what the initiator sent.
struct Acceptance {
  const crypto::KeyPair& identity;
  const SignedPreKey& signed_prekey;
  const KyberPreKey& kyber_prekey;
  const OneTimePreKey* one_time_prekey;  // null if none was used
  const crypto::PublicKey& remote_identity;
  const crypto::PublicKey& base_key;
  const crypto::KyberCiphertext& kyber_ciphertext;
};

/// The recipient's half. Whether the base key is canonical is the caller's to check, before any other work (§3.4).
///
/// errors  invalid_key      an agreement of zero
///         invalid_session  the Kyber prekey is damaged: it does not belong to its hash
/// source  §3.2
Result<AgreedKeys> accept(const Acceptance& with);

}  // namespace sotto::protocol
