#pragma once
#include "crypto/system_random.hpp"
#include "protocol/session/decrypt.hpp"
#include "protocol/session/encrypt.hpp"
#include "protocol/session/start.hpp"

namespace sotto::bench {

crypto::SystemRandom& system_random();

constexpr std::size_t text_size = 256;  // bytes of every message that is not about size
constexpr std::uint64_t now_ms = 1'700'000'000'000;

/// One device and its prekeys; what it keeps about the other end is `record`.
class End final : public protocol::PreKeySource {
 public:
  explicit End(std::string name);

  protocol::Context with(const End& remote) const;
  protocol::PreKeyBundle bundle() const;

  protocol::Result<protocol::OneTimePreKey> one_time_prekey(protocol::PreKeyId id) const override;
  protocol::Result<protocol::SignedPreKey> signed_prekey(protocol::SignedPreKeyId id) const override;
  protocol::Result<protocol::KyberPreKey> kyber_prekey(protocol::KyberPreKeyId id) const override;

  protocol::Address address;
  crypto::KeyPair identity;
  protocol::Record record;

 private:
  protocol::SignedPreKey signed_prekey_;
  protocol::KyberPreKey kyber_prekey_;
  protocol::OneTimePreKey one_time_prekey_;
  base::SecretBlob stored_signed_, stored_kyber_, stored_one_time_;  // as a caller with storage has them
};

/// Two devices. Sending and receiving move both records on.
struct Pair {
  End here{"9d0652a3-dcc3-4d11-975f-74d61598733f"}, there{"796abedb-ca4e-4f18-8803-1fde5b921f9f"};
  base::Blob text = base::Blob(text_size, 'a');

  static std::shared_ptr<Pair> met();  // the bundle is processed, nothing sent
  static std::shared_ptr<Pair> established();

  protocol::Encrypted send(End& from, const End& to);
  void receive(End& to, const End& from, const protocol::Encrypted& sent);
  void ping_pong();
};

}  // namespace sotto::bench
