#pragma once
#include "protocol/pqxdh/pqxdh.hpp"
#include "protocol/ratchet/receiving_chains.hpp"
#include "protocol/spqr/ratchet.hpp"

namespace sotto::protocol {

constexpr std::uint64_t max_pending_age_ms = 30ull * 86'400 * 1'000;  // §3.7, inclusive

/// What the other end has not answered yet: repeated in each message until it does (§3.7).
struct Pending {
  std::optional<PreKeyId> one_time_id;
  SignedPreKeyId signed_id;
  KyberPreKeyId kyber_id;
  crypto::PublicKey base_key;
  crypto::KyberCiphertext kyber_ciphertext;
  std::uint64_t created_s = 0;  // whole seconds

  bool is_stale(std::uint64_t now_ms) const { return created_s * 1'000 + max_pending_age_ms < now_ms; }
};

/// One session with one device (§5).
struct State {
  crypto::PublicKey local_identity;
  crypto::PublicKey remote_identity;
  RegistrationId local_registration_id;
  RegistrationId remote_registration_id;
  crypto::PublicKey base_key;  // the initiator's: recognises repeated prekey messages
  RootKey root_key;
  std::uint32_t previous_counter = 0;
  SendingChain sending;
  ReceivingChains receiving;
  std::optional<Pending> pending;
  spqr::State spqr;

  State clone() const;

  std::size_t stored_size() const;  // at least what store writes
  void store(StoredWriter& write) const;
  base::SecretBlob serialize() const;
  /// errors  invalid_session  not exactly what serialize writes
  static Result<State> parse(base::View bytes);
};

}  // namespace sotto::protocol
