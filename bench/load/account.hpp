#pragma once
#include <algorithm>
#include <map>

#include "base/time.hpp"
#include "bench/lines/resident.hpp"
#include "protocol/pqxdh/prekeys.hpp"
#include "protocol/session/context.hpp"
#include "relay/sender_certificate.hpp"
#include "wire/identity.hpp"
#include "wire/prekeys.hpp"

namespace sotto::bench {

/// What the server says to who begins a registration.
struct Welcome {
  std::string server;  // HOST:PORT, as the statements name it
  wire::MailboxId mailbox;
  base::Bytes<32> challenge;
};

/// An account of one device with all its keys, in memory only: nobody opens it again.
class Account final : public protocol::PreKeySource {
 public:
  Account(std::size_t one_time_prekeys, base::Timestamp now, base::Random& random);

  /// The body of POST /v1/register; the mailbox is this account's from then on.
  base::Blob registration(const Welcome& welcome);
  /// The body of POST /v1/account/deletion.
  base::Blob deletion(const std::string& server, const base::Bytes<32>& challenge) const;
  /// The body of PUT /v1/permits: the one permit by which the other accounts write to this one.
  base::Blob permit_change() const;

  /// What a directory would hand out of it.
  wire::DeviceBundle bundle() const;

  const Resident& resident() const { return resident_; }
  const crypto::KeyPair& identity() const { return identity_; }
  const relay::SenderCertificate& sender_certificate() const { return sender_certificate_; }
  const protocol::Address& address() const { return address_; }

  void forget(protocol::PreKeyId used) { one_time_.erase(used.value); }
  protocol::Result<protocol::OneTimePreKey> one_time_prekey(protocol::PreKeyId id) const override;
  protocol::Result<protocol::SignedPreKey> signed_prekey(protocol::SignedPreKeyId id) const override;
  protocol::Result<protocol::KyberPreKey> kyber_prekey(protocol::KyberPreKeyId id) const override;

 private:
  wire::PrekeyUpload prekeys() const;
  wire::Device device() const;
  wire::Introduction introduction(const std::string& server) const;
  wire::Signed act(const std::string& server, wire::Operation operation, const base::Bytes<32>& challenge,
                   const base::Blob& body) const;

  base::Random& random_;
  base::Day day_;
  crypto::KeyPair root_, account_, identity_, backup_access_;
  Resident resident_;
  protocol::Address address_;
  relay::ServerCertificate server_certificate_;
  relay::SenderCertificate sender_certificate_;
  // Serialized, as a client's store has them: keys have no copies.
  base::SecretBlob signed_, last_resort_;
  std::map<std::uint32_t, base::SecretBlob> one_time_;
  std::map<std::uint32_t, base::SecretBlob> one_time_kyber_;
};

}  // namespace sotto::bench
