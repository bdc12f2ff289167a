#include "bench/protocol/ends.hpp"

#include "base/check.hpp"

namespace sotto::bench {

using namespace protocol;

namespace {

const Trust everyone = [](const Address&, const crypto::PublicKey&, Use) { return true; };

}  // namespace

crypto::SystemRandom& system_random() {
  static crypto::SystemRandom random;
  return random;
}

End::End(std::string name)
    : address{std::move(name), DeviceId(1)},
      identity(crypto::KeyPair::generate(system_random())),
      signed_prekey_(SignedPreKey::generate(SignedPreKeyId(1), identity.private_key, now_ms, system_random())),
      kyber_prekey_(KyberPreKey::generate(KyberPreKeyId(1), identity.private_key, now_ms, system_random())),
      one_time_prekey_(OneTimePreKey::generate(PreKeyId(1), system_random())),
      stored_signed_(signed_prekey_.serialize()),
      stored_kyber_(kyber_prekey_.serialize()),
      stored_one_time_(one_time_prekey_.serialize()) {}

Result<OneTimePreKey> End::one_time_prekey(PreKeyId) const { return OneTimePreKey::parse(stored_one_time_.expose()); }
Result<SignedPreKey> End::signed_prekey(SignedPreKeyId) const { return SignedPreKey::parse(stored_signed_.expose()); }
Result<KyberPreKey> End::kyber_prekey(KyberPreKeyId) const { return KyberPreKey::parse(stored_kyber_.expose()); }

Context End::with(const End& remote) const {
  return {.identity = identity,
          .registration_id = RegistrationId(1),
          .local = address,
          .remote = remote.address,
          .trust = everyone,
          .now_ms = now_ms,
          .random = system_random()};
}

PreKeyBundle End::bundle() const {
  return {.registration_id = RegistrationId(1),
          .device_id = address.device,
          .identity_key = identity.public_key,
          .signed_prekey = {signed_prekey_.id, signed_prekey_.keys.public_key, base::blob(signed_prekey_.signature)},
          .kyber_prekey = {kyber_prekey_.id, kyber_prekey_.keys.public_key, base::blob(kyber_prekey_.signature)},
          .one_time_prekey = PreKeyBundle::OneTime{one_time_prekey_.id, one_time_prekey_.keys.public_key}};
}

std::shared_ptr<Pair> Pair::met() {
  auto pair = std::make_shared<Pair>();
  auto record = start_session({}, pair->there.bundle(), pair->here.with(pair->there));
  CHECK(record.has_value());
  pair->here.record = *std::move(record);
  return pair;
}

std::shared_ptr<Pair> Pair::established() {
  auto pair = met();
  pair->ping_pong();
  return pair;
}

Encrypted Pair::send(End& from, const End& to) {
  auto sent = encrypt(from.record, text, from.with(to));
  CHECK(sent.has_value());
  from.record = sent->record;
  return *std::move(sent);
}

void Pair::receive(End& to, const End& from, const Encrypted& sent) {
  auto received = sent.type == MessageType::prekey ? decrypt_prekey(to.record, sent.message, to, to.with(from))
                                                   : decrypt_signal(to.record, sent.message, to.with(from));
  CHECK(received.has_value());
  to.record = std::move(received->record);
}

void Pair::ping_pong() {
  receive(there, here, send(here, there));
  receive(here, there, send(there, here));
}

}  // namespace sotto::bench
