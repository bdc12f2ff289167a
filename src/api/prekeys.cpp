#include "protocol/pqxdh/prekeys.hpp"

#include "api/arguments.hpp"
#include "api/handles.hpp"
#include "api/outputs.hpp"

using namespace sotto;
using namespace sotto::api;

namespace {

template <class PreKey>
sotto_status write(const PreKey& made, base::View published, sotto_buffer* record, uint8_t* public_key) {
  const sotto_status written = api::write(made.serialize().expose(), record);
  if (written == SOTTO_OK) api::write(published, public_key);
  return written;
}

}  // namespace

sotto_status sotto_one_time_prekey_generate(uint32_t id, const sotto_random* random, sotto_buffer* record,
                                            uint8_t* public_key) noexcept {
  if (!is_usable(random) || !is_sound(record) || public_key == nullptr) return SOTTO_INVALID_ARGUMENT;
  CallersRandom source(random);
  const auto made = protocol::OneTimePreKey::generate(protocol::PreKeyId(id), source);
  return write(made, made.keys.public_key.serialize(), record, public_key);
}

sotto_status sotto_signed_prekey_generate(uint32_t id, const sotto_key_pair* identity, uint64_t created_ms,
                                          const sotto_random* random, sotto_buffer* record, uint8_t* public_key,
                                          uint8_t* signature) noexcept {
  if (identity == nullptr || !is_usable(random) || !is_sound(record)) return SOTTO_INVALID_ARGUMENT;
  if (public_key == nullptr || signature == nullptr) return SOTTO_INVALID_ARGUMENT;
  CallersRandom source(random);
  const auto made =
      protocol::SignedPreKey::generate(protocol::SignedPreKeyId(id), identity->keys.private_key, created_ms, source);
  const sotto_status written = write(made, made.keys.public_key.serialize(), record, public_key);
  if (written == SOTTO_OK) api::write(made.signature, signature);
  return written;
}

sotto_status sotto_kyber_prekey_generate(uint32_t id, const sotto_key_pair* identity, uint64_t created_ms,
                                         const sotto_random* random, sotto_buffer* record, uint8_t* public_key,
                                         uint8_t* signature) noexcept {
  if (identity == nullptr || !is_usable(random) || !is_sound(record)) return SOTTO_INVALID_ARGUMENT;
  if (public_key == nullptr || signature == nullptr) return SOTTO_INVALID_ARGUMENT;
  CallersRandom source(random);
  const auto made =
      protocol::KyberPreKey::generate(protocol::KyberPreKeyId(id), identity->keys.private_key, created_ms, source);
  const sotto_status written = write(made, made.keys.public_key.serialize(), record, public_key);
  if (written == SOTTO_OK) api::write(made.signature, signature);
  return written;
}
