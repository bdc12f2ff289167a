#include "protocol/person.hpp"

#include "base/check.hpp"

namespace sotto::test {

using namespace protocol;

Person::Person(std::string name, std::uint8_t device, std::uint64_t seed)
    : random(seed), identity(crypto::KeyPair::generate(random)), address{std::move(name), DeviceId(device)} {}

PreKeyBundle Person::publish(bool has_one_time_prekey) {
  const std::uint32_t id = next_id_++;
  const auto signed_one = SignedPreKey::generate(SignedPreKeyId(id), identity.private_key, now_ms, random);
  const auto kyber_one = KyberPreKey::generate(KyberPreKeyId(id), identity.private_key, now_ms, random);
  PreKeyBundle bundle{.registration_id = RegistrationId(1234),
                      .device_id = address.device,
                      .identity_key = identity.public_key,
                      .signed_prekey = {signed_one.id, signed_one.keys.public_key, base::blob(signed_one.signature)},
                      .kyber_prekey = {kyber_one.id, kyber_one.keys.public_key, base::blob(kyber_one.signature)},
                      .one_time_prekey = std::nullopt};
  signed_.emplace(id, signed_one.serialize());
  kyber.emplace(id, kyber_one.serialize());
  if (has_one_time_prekey) {
    const auto one_time_one = OneTimePreKey::generate(PreKeyId(id), random);
    bundle.one_time_prekey = {one_time_one.id, one_time_one.keys.public_key};
    one_time.emplace(id, one_time_one.serialize());
  }
  return bundle;
}

Context Person::context(const Address& remote) {
  return {.identity = identity,
          .registration_id = RegistrationId(77),
          .local = address,
          .remote = remote,
          .trust = trust,
          .now_ms = now_ms,
          .random = random};
}

Result<void> Person::start(const PreKeyBundle& bundle, const Address& remote) {
  TRY(record, start_session(record, bundle, context(remote)));
  return {};
}

Result<Sent> Person::send(const Address& remote, base::View plaintext) {
  TRY(Encrypted encrypted, encrypt(record, plaintext, context(remote)));
  record = std::move(encrypted.record);
  return Sent{encrypted.type, std::move(encrypted.message)};
}

Result<base::Blob> Person::receive(const Address& remote, const Sent& sent) {
  TRY(Decrypted decrypted, sent.type == MessageType::prekey ? decrypt_prekey(record, sent.bytes, *this, context(remote))
                                                            : decrypt_signal(record, sent.bytes, context(remote)));
  if (decrypted.used && decrypted.used->one_time) one_time.erase(decrypted.used->one_time->value);
  record = std::move(decrypted.record);
  return std::move(decrypted.plaintext);
}

void Person::restart() {
  auto again = Record::parse(record.serialize().expose());
  CHECK(again.has_value());
  record = *std::move(again);
}

Result<OneTimePreKey> Person::one_time_prekey(PreKeyId id) const {
  const auto found = one_time.find(id.value);
  if (found == one_time.end()) return Error::unknown_prekey;
  return OneTimePreKey::parse(found->second.expose());
}

Result<SignedPreKey> Person::signed_prekey(SignedPreKeyId id) const {
  const auto found = signed_.find(id.value);
  if (found == signed_.end()) return Error::unknown_prekey;
  return SignedPreKey::parse(found->second.expose());
}

Result<KyberPreKey> Person::kyber_prekey(KyberPreKeyId id) const {
  const auto found = kyber.find(id.value);
  if (found == kyber.end()) return Error::unknown_prekey;
  return KyberPreKey::parse(found->second.expose());
}

}  // namespace sotto::test
