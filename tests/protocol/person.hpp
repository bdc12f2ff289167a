#pragma once
#include <map>

#include "protocol/session/decrypt.hpp"
#include "protocol/session/encrypt.hpp"
#include "protocol/session/start.hpp"
#include "support/seeded_random.hpp"

namespace sotto::test {

struct Sent {
  protocol::MessageType type;
  base::Blob bytes;
};

/// One device with one correspondent: what the client engine does around protocol/, in memory.
class Person final : public protocol::PreKeySource {
 public:
  Person(std::string name, std::uint8_t device, std::uint64_t seed);

  protocol::PreKeyBundle publish(bool has_one_time_prekey);
  protocol::Result<void> start(const protocol::PreKeyBundle& bundle, const protocol::Address& remote);
  protocol::Result<Sent> send(const protocol::Address& remote, base::View plaintext);
  protocol::Result<base::Blob> receive(const protocol::Address& remote, const Sent& sent);
  void restart();  // everything kept comes back from its serialized form

  protocol::Context context(const protocol::Address& remote);

  protocol::Result<protocol::OneTimePreKey> one_time_prekey(protocol::PreKeyId id) const override;
  protocol::Result<protocol::SignedPreKey> signed_prekey(protocol::SignedPreKeyId id) const override;
  protocol::Result<protocol::KyberPreKey> kyber_prekey(protocol::KyberPreKeyId id) const override;

  SeededRandom random;
  crypto::KeyPair identity;
  protocol::Address address;
  protocol::Record record;
  std::uint64_t now_ms = 1'700'000'000'000;
  protocol::Trust trust = [](const protocol::Address&, const crypto::PublicKey&, protocol::Use) { return true; };
  std::map<std::uint32_t, base::SecretBlob> one_time, signed_, kyber;

 private:
  std::uint32_t next_id_ = 1;
};

}  // namespace sotto::test
