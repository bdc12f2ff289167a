#include "api/device.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace sotto::test {

KeyPair new_key_pair() {
  KeyPair keys;
  CHECK(sotto_key_pair_generate(nullptr, Out(keys)) == SOTTO_OK);
  return keys;
}

Blob public_key(const KeyPair& keys) {
  Blob key(SOTTO_PUBLIC_KEY_SIZE);
  sotto_key_pair_public(keys.get(), key.data());
  return key;
}

Blob with_a_key_spoiled(Blob bytes, std::uint8_t field_tag) {
  const Blob head{field_tag, SOTTO_PUBLIC_KEY_SIZE, 0x05};
  const auto key = std::ranges::search(bytes, head);
  CHECK(!key.empty());
  *(key.begin() + 2) = 0x06;
  return bytes;
}

Device::Device(std::string name, std::uint8_t device_id)
    : identity(new_key_pair()), identity_key(public_key(identity)), name_(std::move(name)), device_id_(device_id) {
  Room one_time, signed_one, kyber;
  CHECK(sotto_one_time_prekey_generate(11, nullptr, one_time, one_time_key_) == SOTTO_OK);
  CHECK(sotto_signed_prekey_generate(12, identity.get(), now_ms, nullptr, signed_one, signed_key_, signed_signature_) ==
        SOTTO_OK);
  CHECK(sotto_kyber_prekey_generate(13, identity.get(), now_ms, nullptr, kyber, kyber_key_, kyber_signature_) ==
        SOTTO_OK);
  one_time_ = one_time.taken();
  signed_ = signed_one.taken();
  kyber_ = kyber.taken();
}

sotto_context Device::with(const Device& remote) const {
  return {.identity = identity.get(),
          .registration_id = 77u + device_id_,
          .local = address(),
          .remote = remote.address(),
          .known_identity = view(remote.identity_key),
          .now_ms = now_ms,
          .random = nullptr};
}

sotto_prekey_bundle Device::bundle() const {
  return {.registration_id = 77u + device_id_,
          .device_id = device_id_,
          .identity_key = view(identity_key),
          .signed_prekey_id = 12,
          .signed_prekey = view(signed_key_),
          .signed_prekey_signature = view(signed_signature_),
          .kyber_prekey_id = 13,
          .kyber_prekey = view(kyber_key_),
          .kyber_prekey_signature = view(kyber_signature_),
          .one_time_prekey_id = 11,
          .one_time_prekey = view(one_time_key_)};
}

Blob Device::serialized() const {
  Room bytes(1 << 20);
  CHECK(sotto_session_serialize(session.get(), bytes) == SOTTO_OK);
  return bytes.taken();
}

void Device::meet(const Device& remote) {
  const sotto_prekey_bundle theirs = remote.bundle();
  const sotto_context context = with(remote);
  CHECK(sotto_session_start(session.get(), &theirs, &context, Out(session)) == SOTTO_OK);
}

Message Device::send(const Device& remote, std::string_view text) {
  const sotto_context context = with(remote);
  const Blob plaintext = blob(text);
  Message sent;
  Room message(plaintext.size() + SOTTO_OVERHEAD);
  CHECK(sotto_session_encrypt(session.get(), view(plaintext), &context, Out(session), &sent.type, message) == SOTTO_OK);
  sent.bytes = message.taken();
  return sent;
}

sotto_status Device::receive(const Device& remote, const Message& message, Blob& plaintext) {
  const sotto_context context = with(remote);
  Room text(message.bytes.size());
  sotto_status status = SOTTO_OK;
  if (message.type == SOTTO_MESSAGE_PREKEY) {
    const sotto_prekey_records keys = prekeys();
    int began = 0;
    status =
        sotto_session_decrypt_prekey(session.get(), view(message.bytes), &keys, &context, Out(session), text, &began);
  } else {
    status = sotto_session_decrypt(session.get(), view(message.bytes), &context, Out(session), text);
  }
  if (status == SOTTO_OK) plaintext = text.taken();
  return status;
}

void Pair::settle() {
  Blob text;
  CHECK(ben.receive(ana, ana.send(ben, "hello"), text) == SOTTO_OK);
  CHECK(ana.receive(ben, ben.send(ana, "hello"), text) == SOTTO_OK);
}

}  // namespace sotto::test
