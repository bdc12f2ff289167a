#include "conformance/party.hpp"

namespace sotto::conformance {

using namespace protocol;

namespace {

template <class Key, class Id>
protocol::Result<Key> find(const std::map<std::uint32_t, base::SecretBlob>& keys, Id id) {
  const auto found = keys.find(id.value);
  if (found == keys.end()) return Error::unknown_prekey;
  return Key::parse(found->second.expose());
}

}  // namespace

Party::Party(Birth birth, base::Random& random) : birth_(std::move(birth)), random_(&random) {}

Trust Party::first_use() const {
  return [this](const Address& remote, const crypto::PublicKey& identity, protocol::Use) {
    const auto known = identities_.find(remote);
    return known == identities_.end() || known->second == identity;
  };
}

Context Party::context(const Address& peer, const Trust& trust, std::uint64_t now_ms) const {
  return {.identity = birth_.identity,
          .registration_id = birth_.registration_id,
          .local = birth_.address,
          .remote = peer,
          .trust = trust,
          .now_ms = now_ms,
          .random = *random_};
}

Record Party::session(const Address& peer) const {
  const auto found = sessions_.find(peer);
  return found == sessions_.end() ? Record() : found->second;
}

void Party::keep(const Address& peer, Record record, const crypto::PublicKey& identity) {
  sessions_.insert_or_assign(peer, std::move(record));
  identities_.insert_or_assign(peer, identity);
}

PreKeyBundle Party::publish(bool has_one_time_prekey, std::uint64_t now_ms) {
  const std::uint32_t id = next_id_++;
  const auto signed_one = SignedPreKey::generate(SignedPreKeyId(id), birth_.identity.private_key, now_ms, *random_);
  const auto kyber_one = KyberPreKey::generate(KyberPreKeyId(id), birth_.identity.private_key, now_ms, *random_);
  signed_.emplace(id, signed_one.serialize());
  kyber_.emplace(id, kyber_one.serialize());
  PreKeyBundle bundle{.registration_id = birth_.registration_id,
                      .device_id = birth_.address.device,
                      .identity_key = birth_.identity.public_key,
                      .signed_prekey = {signed_one.id, signed_one.keys.public_key, base::blob(signed_one.signature)},
                      .kyber_prekey = {kyber_one.id, kyber_one.keys.public_key, base::blob(kyber_one.signature)},
                      .one_time_prekey = std::nullopt};
  if (has_one_time_prekey) {
    const auto one_time = OneTimePreKey::generate(PreKeyId(id), *random_);
    one_time_.emplace(id, one_time.serialize());
    bundle.one_time_prekey = {one_time.id, one_time.keys.public_key};
  }
  return bundle;
}

protocol::Result<void> Party::start(const Address& peer, const PreKeyBundle& bundle, std::uint64_t now_ms) {
  const Trust trust = first_use();
  TRY(Record record, start_session(session(peer), bundle, context(peer, trust, now_ms)));
  keep(peer, std::move(record), bundle.identity_key);
  return {};
}

protocol::Result<Message> Party::encrypt(const Address& peer, base::View plaintext, std::uint64_t now_ms) {
  const Trust trust = first_use();
  TRY(Encrypted encrypted, protocol::encrypt(session(peer), plaintext, context(peer, trust, now_ms)));
  keep(peer, std::move(encrypted.record), encrypted.remote_identity);
  return Message{encrypted.type, std::move(encrypted.message)};
}

protocol::Result<base::Blob> Party::decrypt(const Address& peer, MessageType type, base::View message) {
  const Trust trust = first_use();
  const Context around = context(peer, trust, 0);  // only sending asks what time it is
  const Record record = session(peer);
  TRY(Decrypted decrypted, type == MessageType::prekey ? decrypt_prekey(record, message, *this, around)
                                                       : decrypt_signal(record, message, around));
  if (decrypted.used) TRY_VOID(spend(*decrypted.used));
  keep(peer, std::move(decrypted.record), decrypted.remote_identity);
  return std::move(decrypted.plaintext);
}

protocol::Result<void> Party::spend(const UsedPreKeys& used) {
  if (!uses_.emplace(used.kyber_prekey.value, used.signed_prekey.value, used.base_key).second) {
    return Error::invalid_message;
  }
  if (used.one_time) one_time_.erase(used.one_time->value);
  return {};
}

protocol::Result<void> Party::archive(const Address& peer) {
  const auto found = sessions_.find(peer);
  if (found == sessions_.end()) return Error::no_session;
  found->second = found->second.with_current_archived();
  return {};
}

SenderKeyRecord Party::sender_key(const SenderKeyName& name) const {
  const auto found = sender_keys_.find(name);
  return found == sender_keys_.end() ? SenderKeyRecord() : found->second;
}

SenderKeyDistributionMessage Party::distribute(DistributionId id) {
  const SenderKeyName name{birth_.address, id};
  Distribution made = create_distribution(sender_key(name), id, *random_);
  sender_keys_.insert_or_assign(name, std::move(made.record));
  return std::move(made.message);
}

protocol::Result<void> Party::accept(const Address& sender, base::View bytes) {
  TRY(const auto message, SenderKeyDistributionMessage::parse(bytes));
  const SenderKeyName name{sender, message.distribution_id};
  sender_keys_.insert_or_assign(name, process_distribution(sender_key(name), message));
  return {};
}

protocol::Result<base::Blob> Party::group_encrypt(DistributionId id, base::View plaintext) {
  const SenderKeyName name{birth_.address, id};
  TRY(SenderKeyEncrypted encrypted, sender_key_encrypt(sender_key(name), id, plaintext, *random_));
  sender_keys_.insert_or_assign(name, std::move(encrypted.record));
  return std::move(encrypted.message);
}

protocol::Result<base::Blob> Party::group_decrypt(const Address& sender, base::View bytes) {
  TRY(const SenderKeyMessage message, SenderKeyMessage::parse(bytes));
  const SenderKeyName name{sender, message.distribution_id};
  TRY(SenderKeyDecrypted decrypted, sender_key_decrypt(sender_key(name), message));
  sender_keys_.insert_or_assign(name, std::move(decrypted.record));
  return std::move(decrypted.plaintext);
}

protocol::Result<OneTimePreKey> Party::one_time_prekey(PreKeyId id) const { return find<OneTimePreKey>(one_time_, id); }
protocol::Result<SignedPreKey> Party::signed_prekey(SignedPreKeyId id) const { return find<SignedPreKey>(signed_, id); }
protocol::Result<KyberPreKey> Party::kyber_prekey(KyberPreKeyId id) const { return find<KyberPreKey>(kyber_, id); }

}  // namespace sotto::conformance
