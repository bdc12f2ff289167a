#include "conformance/party.hpp"
#include "protocol/sealed/open.hpp"
#include "protocol/sealed/seal.hpp"
#include "protocol/sealed/seal_for_many.hpp"

// Sealed sender around the sessions and sender keys of a party. Nothing is kept before the last step has succeeded.

namespace sotto::conformance {

using namespace protocol;

protocol::Result<base::Blob> Party::seal(const Address& peer, UnidentifiedSenderMessageContent content,
                                         base::View plaintext, std::uint64_t now_ms) {
  const Trust trust = first_use();
  TRY(Encrypted encrypted, protocol::encrypt(session(peer), plaintext, context(peer, trust, now_ms)));
  content.type = content_type(encrypted.type);
  content.content = std::move(encrypted.message);
  const auto known = identities_.find(peer);
  if (known == identities_.end()) return Error::no_session;
  TRY(base::Blob sealed, protocol::seal(content.serialize(), birth_.identity, known->second, *random_));
  keep(peer, std::move(encrypted.record), encrypted.remote_identity);
  return sealed;
}

protocol::Result<base::Blob> Party::seal_for_group(std::span<const Address> peers, DistributionId id,
                                                   UnidentifiedSenderMessageContent content, base::View plaintext) {
  const SenderKeyName name{birth_.address, id};
  TRY(SenderKeyEncrypted encrypted, sender_key_encrypt(sender_key(name), id, plaintext, *random_));
  content.type = ContentType::sender_key;
  content.content = std::move(encrypted.message);

  std::vector<SealedPeer> sessions;
  for (const Address& peer : peers) {
    const auto record = sessions_.find(peer);
    const auto identity = identities_.find(peer);
    if (record == sessions_.end() || record->second.current() == nullptr) return Error::no_session;
    if (identity == identities_.end()) return Error::no_session;
    sessions.push_back({peer, record->second.current()->remote_registration_id, identity->second});
  }
  TRY(const std::vector<SealedRecipient> recipients, recipients_of(sessions));
  TRY(SealedForMany sealed, protocol::seal_for_many(content.serialize(), birth_.identity, {recipients}, *random_));
  if (!sealed.left_out.empty()) return Error::invalid_key;  // here the whole operation is one answer
  sender_keys_.insert_or_assign(name, std::move(encrypted.record));
  return std::move(sealed.message);
}

protocol::Result<Party::Opened> Party::open(base::View bytes, const crypto::PublicKey& trust_root,
                                            std::uint64_t now_ms) {
  TRY(UnidentifiedSenderMessageContent content, open_sealed(bytes, birth_.identity));
  const Reception reception{.trust_roots = {&trust_root, 1}, .now_ms = now_ms, .local = birth_.address};
  TRY(const VerifiedContent sealed, VerifiedContent::verify(std::move(content), reception));
  TRY(base::Blob plaintext, open_inner(sealed));
  return Opened{sealed.sender(), std::move(plaintext), sealed.content().hint, sealed.content().group_id};
}

protocol::Result<base::Blob> Party::open_inner(const VerifiedContent& sealed) {
  const base::View content = sealed.content().content;
  switch (sealed.content().type) {
    case ContentType::signal:
      return decrypt(sealed.sender(), MessageType::signal, content);
    case ContentType::prekey:
      return decrypt(sealed.sender(), MessageType::prekey, content);
    case ContentType::sender_key:
      return group_decrypt(sealed.sender(), content);
    case ContentType::plaintext:
      return Error::invalid_message;
  }
  return Error::invalid_message;
}

}  // namespace sotto::conformance
