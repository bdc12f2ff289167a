#include "base/encoding.hpp"
#include "conformance/members.hpp"
#include "conformance/party.hpp"

// What a restart needs, as JSON: this program is for tests, and a state that a person can read helps them.

namespace sotto::conformance {

namespace json = boost::json;
using namespace protocol;

namespace {

// Records are large: base64url takes 4 bytes for 3.
json::string written(base::View bytes) { return json::string(base::to_base64url(bytes)); }

conformance::Result<base::Blob> record_of(const Members& members) {
  TRY(const std::string text, members.text("record"));
  auto bytes = base::from_base64url(text);
  if (!bytes) return invalid_request("`record` must be base64url");
  return *std::move(bytes);
}

json::array write_keys(const std::map<std::uint32_t, base::SecretBlob>& keys) {
  json::array all;
  for (const auto& [id, key] : keys) all.push_back({{"id", id}, {"record", written(key.expose())}});
  return all;
}

json::object write_address(const Address& address) {
  return {{"service_id", address.name}, {"device_id", address.device.value}};
}

template <class Key>
conformance::Result<std::map<std::uint32_t, base::SecretBlob>> read_keys(const Members& state, std::string_view name) {
  std::map<std::uint32_t, base::SecretBlob> keys;
  TRY(const std::vector<Members> all, state.objects(name));
  for (const Members& one : all) {
    TRY(const std::uint64_t id, one.number("id", 0xffff'ffff));
    TRY(base::Blob record, record_of(one));
    CONFORM(const Key key, Key::parse(record));
    if (key.id.value != id) return invalid_request("a prekey under another id");
    keys.emplace(static_cast<std::uint32_t>(id), std::move(record));
  }
  return keys;
}

}  // namespace

std::string Party::serialize() const {
  json::array uses, sessions, identities, sender_keys;
  for (const auto& [kyber, signed_one, base_key] : uses_) {
    uses.push_back({{"kyber_id", kyber}, {"signed_id", signed_one}, {"base_key", base::to_hex(base_key.serialize())}});
  }
  for (const auto& [peer, record] : sessions_) {
    sessions.push_back({{"peer", write_address(peer)}, {"record", written(record.serialize().expose())}});
  }
  for (const auto& [peer, key] : identities_) {
    identities.push_back({{"peer", write_address(peer)}, {"key", base::to_hex(key.serialize())}});
  }
  for (const auto& [whose, record] : sender_keys_) {
    sender_keys.push_back({{"sender", write_address(whose.first)},
                           {"distribution_id", base::to_text(whose.second.uuid)},
                           {"record", written(record.serialize().expose())}});
  }
  const json::object whole{{"address", write_address(birth_.address)},
                           {"registration_id", birth_.registration_id.value},
                           {"identity_private", base::to_hex(birth_.identity.private_key.expose())},
                           {"next_id", next_id_},
                           {"one_time_prekeys", write_keys(one_time_)},
                           {"signed_prekeys", write_keys(signed_)},
                           {"kyber_prekeys", write_keys(kyber_)},
                           {"prekey_uses", uses},
                           {"sessions", sessions},
                           {"identities", identities},
                           {"sender_keys", sender_keys}};
  return json::serialize(whole);
}

conformance::Result<Party> Party::read(const Members& state, base::Random& random) {
  TRY(const Address address, state.address("address"));
  TRY(const std::uint64_t registration, state.number("registration_id", 0xffff'ffff));
  TRY(crypto::PrivateKey identity, state.private_key("identity_private"));
  Party party({address, RegistrationId(static_cast<std::uint32_t>(registration)), crypto::KeyPair(std::move(identity))},
              random);
  TRY(const std::uint64_t next_id, state.number("next_id", 0x7fff'ffff));  // ids run up from there, and never around
  party.next_id_ = static_cast<std::uint32_t>(next_id);
  TRY(party.one_time_, read_keys<OneTimePreKey>(state, "one_time_prekeys"));
  TRY(party.signed_, read_keys<SignedPreKey>(state, "signed_prekeys"));
  TRY(party.kyber_, read_keys<KyberPreKey>(state, "kyber_prekeys"));
  TRY_VOID(party.read_peers(state));
  return party;
}

conformance::Result<void> Party::read_peers(const Members& state) {
  TRY(const std::vector<Members> uses, state.objects("prekey_uses"));
  for (const Members& one : uses) {
    TRY(const std::uint64_t kyber, one.number("kyber_id", 0xffff'ffff));
    TRY(const std::uint64_t signed_one, one.number("signed_id", 0xffff'ffff));
    TRY(const crypto::PublicKey base_key, one.public_key("base_key"));
    uses_.emplace(static_cast<std::uint32_t>(kyber), static_cast<std::uint32_t>(signed_one), base_key);
  }
  TRY(const std::vector<Members> sessions, state.objects("sessions"));
  for (const Members& one : sessions) {
    TRY(const Address peer, one.address("peer"));
    TRY(const base::Blob bytes, record_of(one));
    CONFORM(Record record, Record::parse(bytes));
    sessions_.emplace(peer, std::move(record));
  }
  TRY(const std::vector<Members> identities, state.objects("identities"));
  for (const Members& one : identities) {
    TRY(const Address peer, one.address("peer"));
    TRY(const crypto::PublicKey key, one.public_key("key"));
    identities_.emplace(peer, key);
  }
  TRY(const std::vector<Members> sender_keys, state.objects("sender_keys"));
  for (const Members& one : sender_keys) {
    TRY(const Address sender, one.address("sender"));
    TRY(const base::Uuid distribution, one.uuid("distribution_id"));
    TRY(const base::Blob bytes, record_of(one));
    CONFORM(SenderKeyRecord record, SenderKeyRecord::parse(bytes));
    sender_keys_.emplace(SenderKeyName{sender, DistributionId{distribution}}, std::move(record));
  }
  return {};
}

// Whatever is wrong inside, to the caller it is a state that can't be used.
conformance::Result<Party> Party::parse(std::string_view text, base::Random& random) {
  json::error_code error;
  const json::value whole = json::parse(text, error);
  if (error || !whole.is_object()) return Failure{"invalid_session", "the state is not one of this program's"};
  auto party = read(Members(whole.get_object()), random);
  if (!party) return Failure{"invalid_session", "the state can't be used: " + party.error().message};
  return party;
}

}  // namespace sotto::conformance
