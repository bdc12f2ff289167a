#pragma once
#include "client/outbox.hpp"
#include "client/session_context.hpp"
#include "protocol/sealed/content.hpp"
#include "protocol/session/encrypt.hpp"

/// The outer layer: sealed sender, version 1, by which a server sees an envelope and nobody's name on it.
namespace sotto::client::sealing {

/// Seals an encrypted message for one device, by this device's certificate, which is made when there is none and when
/// half of its life is over.
protocol::Result<base::Blob> seal(store::Transaction& in, const outbox::Lent& lent,
                                  const protocol::Encrypted& encrypted, const crypto::PublicKey& recipient);

/// Who sealed an envelope, as its certificate says, in the form that Sotto's devices write; nothing counts yet.
struct Claim {
  wire::AccountId account;
  wire::DeviceNumber device;
  crypto::PublicKey identity_key;
};
struct Opened {
  Claim claim;
  protocol::UnidentifiedSenderMessageContent content;
};

/// Opens an envelope with this device's identity key.
///
/// errors  invalid_message      nobody sealed this for us, or it holds neither a session nor a prekey message
///         invalid_certificate  not in Sotto's form: other fields, another account's spelling, numbers that differ
///         invalid_key          a key that is none
protocol::Result<Opened> open(base::View envelope, const crypto::KeyPair& identity);

}  // namespace sotto::client::sealing
