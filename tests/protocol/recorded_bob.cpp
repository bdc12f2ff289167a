#include "protocol/recorded_bob.hpp"

// Not a test: the files that read recorded conversations share it.
namespace sotto::test {
namespace {

using boost::json::value;
using protocol::Error;

const value* find(const value& list, std::uint32_t id) {
  for (const value& one : list.as_array()) {
    if (number(one, "id") == id) return &one;
  }
  return nullptr;
}

crypto::KeyPair curve_pair(const value& one) {
  return crypto::KeyPair(*crypto::PrivateKey::parse(hex(one, "private_key")));
}

}  // namespace

RecordedBob::RecordedBob()
    : identity(*crypto::PrivateKey::parse(hex(vectors("signal/pqxdh.json").at("bob"), "identity_private"))),
      registration_id(0),
      bob_(vectors("signal/pqxdh.json").at("bob")) {
  registration_id = protocol::RegistrationId(static_cast<std::uint32_t>(number(bob_, "registration_id")));
}

protocol::Result<protocol::OneTimePreKey> RecordedBob::one_time_prekey(protocol::PreKeyId id) const {
  const value* found = find(bob_.at("one_time_pre_keys"), id.value);
  if (found == nullptr) return Error::unknown_prekey;
  return protocol::OneTimePreKey{id, curve_pair(*found)};
}

protocol::Result<protocol::SignedPreKey> RecordedBob::signed_prekey(protocol::SignedPreKeyId id) const {
  const value* found = find(bob_.at("signed_pre_keys"), id.value);
  if (found == nullptr) return Error::unknown_prekey;
  return protocol::SignedPreKey{id, curve_pair(*found), hex<64>(*found, "signature"), 0};
}

protocol::Result<protocol::KyberPreKey> RecordedBob::kyber_prekey(protocol::KyberPreKeyId id) const {
  const value* found = find(bob_.at("kyber_pre_keys"), id.value);
  if (found == nullptr) return Error::unknown_prekey;
  auto key = crypto::KyberSecretKey::parse(hex(*found, "secret_key"));
  auto open = key->public_key();
  return protocol::KyberPreKey{id, {*std::move(key), std::move(open)}, hex<64>(*found, "signature"), 0};
}

protocol::Address address_of(const value& one) {
  return {text(one, "name"), protocol::DeviceId(static_cast<std::uint8_t>(number(one, "device_id")))};
}

}  // namespace sotto::test
