#include "api/given_prekeys.hpp"

namespace sotto::api {
namespace {

template <class PreKey, class Id>
protocol::Result<PreKey> find(base::View record, Id id) {
  if (record.empty()) return protocol::Error::unknown_prekey;
  TRY(PreKey key, PreKey::parse(record));
  if (key.id != id) return protocol::Error::unknown_prekey;
  return key;
}

}  // namespace

Result<GivenPreKeys> GivenPreKeys::parse(const sotto_prekey_records* records) {
  GivenPreKeys given;
  if (records == nullptr) return given;
  TRY(given.one_time_, api::parse(records->one_time));
  TRY(given.signed_, api::parse(records->signed_prekey));
  TRY(given.kyber_, api::parse(records->kyber));
  return given;
}

protocol::Result<protocol::OneTimePreKey> GivenPreKeys::one_time_prekey(protocol::PreKeyId id) const {
  return find<protocol::OneTimePreKey>(one_time_, id);
}
protocol::Result<protocol::SignedPreKey> GivenPreKeys::signed_prekey(protocol::SignedPreKeyId id) const {
  return find<protocol::SignedPreKey>(signed_, id);
}
protocol::Result<protocol::KyberPreKey> GivenPreKeys::kyber_prekey(protocol::KyberPreKeyId id) const {
  return find<protocol::KyberPreKey>(kyber_, id);
}

}  // namespace sotto::api
