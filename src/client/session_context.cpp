#include "client/session_context.hpp"

#include "store/prekeys.hpp"
#include "store/sessions.hpp"

namespace sotto::client {
namespace {

template <class Prekey>
protocol::Result<Prekey> parse(const std::optional<base::SecretBlob>& record) {
  if (!record) return protocol::Error::unknown_prekey;
  return Prekey::parse(record->expose());
}

}  // namespace

bool is_listed(store::Transaction& in, const protocol::Address& remote, const crypto::PublicKey& identity) {
  const auto device = store::peers::device_of_key(in, identity);
  return device && address_of(device->account_id, device->number) == remote;
}

protocol::Result<protocol::OneTimePreKey> StoredPrekeys::one_time_prekey(protocol::PreKeyId id) const {
  return parse<protocol::OneTimePreKey>(store::prekeys::load_one_time(in_, id.value));
}

protocol::Result<protocol::SignedPreKey> StoredPrekeys::signed_prekey(protocol::SignedPreKeyId id) const {
  return parse<protocol::SignedPreKey>(store::prekeys::load_signed(in_, id.value));
}

protocol::Result<protocol::KyberPreKey> StoredPrekeys::kyber_prekey(protocol::KyberPreKeyId id) const {
  return parse<protocol::KyberPreKey>(store::prekeys::load_kyber(in_, id.value));
}

protocol::Result<protocol::Record> load_record(store::Transaction& in, const wire::AccountId& account,
                                               wire::DeviceNumber device) {
  const auto bytes = store::sessions::load(in, account, device);
  if (!bytes) return protocol::Record();
  return protocol::Record::parse(bytes->expose());
}

Result<protocol::PreKeyBundle> bundle_of(const wire::DeviceBundle& from) {
  const auto signed_key = crypto::PublicKey::parse(from.signed_prekey.key);
  const auto kyber_key = crypto::KyberPublicKey::parse(from.kyber.key);
  if (!signed_key || !kyber_key) return refused("the prekeys of a device are malformed");
  protocol::PreKeyBundle made{.registration_id = protocol::RegistrationId(from.registration_id.value),
                              .device_id = protocol::DeviceId(from.number.value),
                              .identity_key = from.identity_key,
                              .signed_prekey = {.id = protocol::SignedPreKeyId(from.signed_prekey.id),
                                                .key = *signed_key,
                                                .signature = base::blob(from.signed_prekey.signature)},
                              .kyber_prekey = {.id = protocol::KyberPreKeyId(from.kyber.id),
                                               .key = *kyber_key,
                                               .signature = base::blob(from.kyber.signature)},
                              .one_time_prekey = std::nullopt};
  if (from.one_time) {
    const auto key = crypto::PublicKey::parse(from.one_time->key);
    if (!key) return refused("the prekeys of a device are malformed");
    made.one_time_prekey = {.id = protocol::PreKeyId(from.one_time->id), .key = *key};
  }
  return made;
}

}  // namespace sotto::client
