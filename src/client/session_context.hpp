#pragma once
#include "client/problem.hpp"
#include "protocol/pqxdh/bundle.hpp"
#include "protocol/session/context.hpp"
#include "protocol/session/record.hpp"
#include "store/own_account.hpp"
#include "store/peers.hpp"
#include "wire/prekeys.hpp"

/// What the client lends the protocol: addresses, the trust rule, this device's prekeys.
namespace sotto::client {

/// Account ids are the names of protocol addresses, so that first messages bind both ends (signal-protocol.md, 4.4).
inline protocol::Address address_of(const wire::AccountId& account, wire::DeviceNumber device) {
  return {.name = account.text(), .device = protocol::DeviceId(device.value)};
}

/// Whether (account, number, identity key) stands on the highest list held of that account: the strict rule (design,
/// section 3, "Trust callback").
bool is_listed(store::Transaction& in, const protocol::Address& remote, const crypto::PublicKey& identity);

/// The prekeys of this device, from the transaction that also keeps the outcome.
class StoredPrekeys final : public protocol::PreKeySource {
 public:
  explicit StoredPrekeys(store::Transaction& in) : in_(in) {}
  protocol::Result<protocol::OneTimePreKey> one_time_prekey(protocol::PreKeyId id) const override;
  protocol::Result<protocol::SignedPreKey> signed_prekey(protocol::SignedPreKeyId id) const override;
  protocol::Result<protocol::KyberPreKey> kyber_prekey(protocol::KyberPreKeyId id) const override;

 private:
  store::Transaction& in_;
};

/// The record of a session; an empty one if there is none.
protocol::Result<protocol::Record> load_record(store::Transaction& in, const wire::AccountId& account,
                                               wire::DeviceNumber device);

/// A device's prekeys as the protocol takes them. errors: refused  a key that is none
Result<protocol::PreKeyBundle> bundle_of(const wire::DeviceBundle& from);

}  // namespace sotto::client
