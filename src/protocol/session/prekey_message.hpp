#pragma once
#include "crypto/kyber1024.hpp"
#include "protocol/pqxdh/prekeys.hpp"
#include "protocol/session/signal_message.hpp"

namespace sotto::protocol {

/// The first messages of a session, until the other end has answered (§4.5): type 3. Nothing of it but the message
/// inside has a MAC; a change of the rest gives other keys, and so no MAC that fits. The message inside looks into the
/// bytes that were parsed.
struct PreKeySignalMessage {
  std::uint8_t version = session_version;
  std::optional<PreKeyId> one_time_id;
  SignedPreKeyId signed_id;
  std::optional<KyberPreKeyId> kyber_id;       // both or neither, and both in version 4
  std::optional<base::Blob> kyber_ciphertext;  // as it came: nobody looks at it in a session that is known (§3.8)
  crypto::PublicKey base_key;
  crypto::PublicKey identity_key;
  RegistrationId registration_id;
  SignalMessage message;

  struct Content {
    std::optional<PreKeyId> one_time_id;
    SignedPreKeyId signed_id;
    KyberPreKeyId kyber_id;
    const crypto::KyberCiphertext& kyber_ciphertext;
    const crypto::PublicKey& base_key;
    const crypto::PublicKey& identity_key;
    RegistrationId registration_id;
    base::View message;
  };
  static base::Blob write(const Content& content);

  /// errors  invalid_message  empty, a version before 3 or after 4, no protobuf, a field missing, an inside that is
  ///                          no SignalMessage
  ///         invalid_key      a key that is none
  static Result<PreKeySignalMessage> parse(base::View bytes);
  static Result<PreKeySignalMessage> parse(base::Blob&& temporary) = delete;
};

}  // namespace sotto::protocol
