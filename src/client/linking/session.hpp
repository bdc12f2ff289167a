#pragma once
#include "client/session_context.hpp"
#include "net/clock.hpp"
#include "protocol/session/decrypt.hpp"
#include "protocol/session/prekey_message.hpp"

namespace sotto::client::linking {

enum class Side { new_device, admin };

/// The session in which a device is linked. It has names of its own (`link:` and the rendezvous), never touches the
/// session store, and lives in memory only: a try that is interrupted is over.
class Session {
 public:
  struct Local {
    crypto::KeyPair identity;
    wire::RegistrationId registration_id;
    net::Clock& clock;
    base::Random& random;
  };
  Session(Side side, const base::Bytes<16>& rendezvous, Local local);

  /// The admin's beginning. errors: refused  prekeys that are malformed or not by the bundle's identity key
  Result<void> start(const wire::DeviceBundle& bundle);

  struct Accepted {
    base::Blob words;
    crypto::PublicKey identity;  // whose session it is; on no list yet
    protocol::UsedPreKeys used;
  };
  /// The new device's beginning, by the admin's first message.
  Result<Accepted> accept(base::View message, const protocol::PreKeySource& prekeys);

  Result<base::Blob> encrypt(base::View words);
  Result<base::Blob> decrypt(base::View message);

 private:
  template <class Operation>
  auto with_context(Operation operation);

  Local own_;
  protocol::Address local_;
  protocol::Address remote_;
  std::optional<crypto::PublicKey> remote_identity_;
  protocol::Record record_;
};

/// What both sides put into the transcript of the first message.
struct FirstMessage {
  crypto::PublicKey identity_key;
  base::Bytes<33> base_key{};
  base::Blob kem_ciphertext;
};
Result<FirstMessage> read_first(const base::Blob& message);

}  // namespace sotto::client::linking
