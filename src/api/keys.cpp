#include "api/arguments.hpp"
#include "api/handles.hpp"
#include "api/outputs.hpp"
#include "protocol/identity/alternate_identity.hpp"

using namespace sotto;
using namespace sotto::api;

sotto_status sotto_key_pair_generate(const sotto_random* random, sotto_key_pair** made) noexcept {
  if (!is_usable(random) || made == nullptr) return SOTTO_INVALID_ARGUMENT;
  CallersRandom source(random);
  *made = new sotto_key_pair{crypto::KeyPair::generate(source)};
  return SOTTO_OK;
}

sotto_status sotto_key_pair_from_private(sotto_view private_key, sotto_key_pair** made) noexcept {
  if (made == nullptr) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View bytes, parse(private_key));
  TRY(crypto::PrivateKey key, translated(crypto::PrivateKey::parse(bytes)));
  *made = new sotto_key_pair{crypto::KeyPair(std::move(key))};
  return SOTTO_OK;
}

void sotto_key_pair_free(sotto_key_pair* keys) noexcept { delete keys; }

void sotto_key_pair_private(const sotto_key_pair* keys, uint8_t* private_key) noexcept {
  if (keys != nullptr && private_key != nullptr) write(keys->keys.private_key.expose(), private_key);
}

void sotto_key_pair_public(const sotto_key_pair* keys, uint8_t* public_key) noexcept {
  if (keys != nullptr && public_key != nullptr) write(keys->keys.public_key.serialize(), public_key);
}

sotto_status sotto_sign(const sotto_key_pair* keys, sotto_view message, const sotto_random* random,
                        uint8_t* signature) noexcept {
  if (keys == nullptr || !is_usable(random) || signature == nullptr) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View bytes, parse(message));
  CallersRandom source(random);
  write(crypto::sign(keys->keys.private_key, bytes, source), signature);
  return SOTTO_OK;
}

sotto_status sotto_verify(sotto_view public_key, sotto_view message, sotto_view signature) noexcept {
  TRY(const base::View bytes, parse(message));
  TRY(const base::View signed_with, parse(signature));
  TRY(const crypto::PublicKey key, parse_public_key(public_key));
  return crypto::verify(key, bytes, signed_with) ? SOTTO_OK : SOTTO_INVALID_SIGNATURE;
}

sotto_status sotto_agree(const sotto_key_pair* keys, sotto_view public_key, uint8_t* secret) noexcept {
  if (keys == nullptr || secret == nullptr) return SOTTO_INVALID_ARGUMENT;
  TRY(const crypto::PublicKey remote, parse_public_key(public_key));
  TRY(const crypto::SharedSecret agreed, translated(crypto::agree(keys->keys.private_key, remote)));
  write(agreed.expose(), secret);
  return SOTTO_OK;
}

sotto_status sotto_sign_alternate_identity(const sotto_key_pair* keys, sotto_view other, const sotto_random* random,
                                           uint8_t* signature) noexcept {
  if (keys == nullptr || !is_usable(random) || signature == nullptr) return SOTTO_INVALID_ARGUMENT;
  TRY(const crypto::PublicKey alternate, parse_public_key(other));
  CallersRandom source(random);
  write(protocol::sign_alternate_identity(keys->keys.private_key, alternate, source), signature);
  return SOTTO_OK;
}

sotto_status sotto_verify_alternate_identity(sotto_view public_key, sotto_view other, sotto_view signature) noexcept {
  TRY(const base::View signed_with, parse(signature));
  TRY(const crypto::PublicKey signer, parse_public_key(public_key));
  TRY(const crypto::PublicKey alternate, parse_public_key(other));
  const bool is_good = protocol::verify_alternate_identity(signer, alternate, signed_with);
  return is_good ? SOTTO_OK : SOTTO_INVALID_SIGNATURE;
}
