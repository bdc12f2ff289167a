#include "base/encoding.hpp"
#include "conformance/party.hpp"
#include "protocol/sealed/open.hpp"
#include "protocol/sealed/seal.hpp"
#include "protocol/sealed/seal_for_many.hpp"

// Sealed sender around the sessions and sender keys of a party. Nothing is kept before the last step has succeeded.

namespace sotto::conformance {

using namespace protocol;

namespace {

// The server certificates that the official service's senders name by number (signal-protocol.md §8.1): staging,
// production, and the one for tests. Nobody else needs them.
constexpr std::array well_known{
    "0a25080212210539450d63ebd0752c0fd4038b9d07a916f5e174b756d409b5ca79f4c97400631e124064c5a38b1e927497d3d4786b101a623a"
    "b34a7da3"
    "954fae126b04dba9d7a3604ed88cdc8550950f0d4a9134ceb7e19b94139151d2c3d6e1c81e9d1128aafca806",
    "0a250803122105bc9d1d290be964810dfa7e94856480a3f7060d004c9762c24c575a1522353a5a1240c11ec3c401eb0107ab38f8600e8720a6"
    "3169e0e2"
    "eb8a3fae24f63099f85ea319c3c1c46d3454706ae2a679d1fee690a488adda98a2290b66c906bb60295ed781",
    "0a2908d786df9a07122105847c0d2c375234f365e660955187a3735a0f7613d1609d3a6a4d8c53aeaa5a221240e0b9ebacdfc3aa2827f7924b"
    "697784d1"
    "c25e44ca05dd433e1a38dc6382eb2730d419ca9a250b1be9d5a9463e61efd6781777a91b83c97b844d014206e2829785"};

const std::vector<relay::ServerCertificate>& known_servers() {
  static const std::vector<relay::ServerCertificate> all = [] {
    std::vector<relay::ServerCertificate> parsed;
    for (const char* hex : well_known) parsed.push_back(relay::ServerCertificate::parse(*base::from_hex(hex)).value());
    return parsed;
  }();
  return all;
}

}  // namespace

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
  const Reception reception{
      .trust_roots = {&trust_root, 1}, .known_servers = known_servers(), .now_ms = now_ms, .local = birth_.address};
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
