#pragma once
#include <map>
#include <set>
#include <tuple>

#include "conformance/failure.hpp"
#include "conformance/members.hpp"
#include "protocol/sealed/decrypt.hpp"
#include "protocol/sender_key/decrypt.hpp"
#include "protocol/sender_key/distribute.hpp"
#include "protocol/sender_key/encrypt.hpp"
#include "protocol/session/decrypt.hpp"
#include "protocol/session/encrypt.hpp"
#include "protocol/session/start.hpp"

namespace sotto::conformance {

struct Message {
  protocol::MessageType type;
  base::Blob bytes;
};

/// One device in memory: what an application keeps around protocol/. A failed operation leaves it as it was.
class Party final : public protocol::PreKeySource {
 public:
  /// The keys that a device is born with.
  struct Birth {
    protocol::Address address;
    protocol::RegistrationId registration_id;
    crypto::KeyPair identity;
  };
  Party(Birth birth, base::Random& random);

  const protocol::Address& address() const { return birth_.address; }
  const crypto::KeyPair& identity() const { return birth_.identity; }
  protocol::RegistrationId registration_id() const { return birth_.registration_id; }

  /// A signed and a Kyber prekey that stay, and a one-time prekey that goes after its first use; ids run up from 1.
  protocol::PreKeyBundle publish(bool has_one_time_prekey, std::uint64_t now_ms);

  protocol::Result<void> start(const protocol::Address& peer, const protocol::PreKeyBundle& bundle,
                               std::uint64_t now_ms);
  protocol::Result<Message> encrypt(const protocol::Address& peer, base::View plaintext, std::uint64_t now_ms);
  protocol::Result<base::Blob> decrypt(const protocol::Address& peer, protocol::MessageType type, base::View message);
  protocol::Result<void> archive(const protocol::Address& peer);
  protocol::Record session(const protocol::Address& peer) const;  // an empty one if there is none

  protocol::SenderKeyDistributionMessage distribute(protocol::DistributionId id);
  protocol::Result<void> accept(const protocol::Address& sender, base::View distribution_message);
  protocol::Result<base::Blob> group_encrypt(protocol::DistributionId id, base::View plaintext);
  protocol::Result<base::Blob> group_decrypt(const protocol::Address& sender, base::View message);

  /// `content` says who sends; what is in it is put there.
  protocol::Result<base::Blob> seal(const protocol::Address& peer, protocol::UnidentifiedSenderMessageContent content,
                                    base::View plaintext, std::uint64_t now_ms);
  protocol::Result<base::Blob> seal_for_group(std::span<const protocol::Address> peers, protocol::DistributionId id,
                                              protocol::UnidentifiedSenderMessageContent content, base::View plaintext);
  struct Opened {
    protocol::Address sender;
    base::Blob plaintext;
    protocol::ContentHint hint;
    base::Blob group_id;
  };
  protocol::Result<Opened> open(base::View sealed, const crypto::PublicKey& trust_root, std::uint64_t now_ms);

  std::string serialize() const;  // holds the private keys
  /// errors  invalid_session  not what serialize wrote
  static Result<Party> parse(std::string_view text, base::Random& random);

  protocol::Result<protocol::OneTimePreKey> one_time_prekey(protocol::PreKeyId id) const override;
  protocol::Result<protocol::SignedPreKey> signed_prekey(protocol::SignedPreKeyId id) const override;
  protocol::Result<protocol::KyberPreKey> kyber_prekey(protocol::KyberPreKeyId id) const override;

 private:
  using SenderKeyName = std::pair<protocol::Address, protocol::DistributionId>;  // whose, and which
  using Keys = std::map<std::uint32_t, base::SecretBlob>;                        // serialized, by id

  /// A last-resort Kyber prekey serves many sessions, but never twice the same base key (signal-protocol.md §3.8).
  using PreKeyUse =
      std::tuple<std::uint32_t, std::uint32_t, crypto::PublicKey>;  // Kyber id, signed prekey id, base key

  protocol::Trust first_use() const;
  protocol::Context context(const protocol::Address& peer, const protocol::Trust& trust, std::uint64_t now_ms) const;
  void keep(const protocol::Address& peer, protocol::Record record, const crypto::PublicKey& identity);
  static Result<Party> read(const Members& state, base::Random& random);
  Result<void> read_peers(const Members& state);
  protocol::SenderKeyRecord sender_key(const SenderKeyName& name) const;
  protocol::Result<base::Blob> open_inner(const protocol::VerifiedContent& sealed);
  protocol::Result<void> spend(const protocol::UsedPreKeys& used);

  Birth birth_;
  base::Random* random_;
  std::uint32_t next_id_ = 1;
  Keys one_time_, signed_, kyber_;
  std::set<PreKeyUse> uses_;
  std::map<protocol::Address, protocol::Record> sessions_;
  std::map<protocol::Address, crypto::PublicKey> identities_;
  std::map<SenderKeyName, protocol::SenderKeyRecord> sender_keys_;
};

}  // namespace sotto::conformance
