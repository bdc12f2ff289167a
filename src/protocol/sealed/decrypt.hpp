#pragma once
#include <span>

#include "protocol/sealed/content.hpp"
#include "protocol/session/decrypt.hpp"

namespace sotto::protocol {

/// By which rule a sender is believed, and who this device is.
struct Reception {
  std::span<const crypto::PublicKey> trust_roots;
  relay::KnownServers known_servers = {};
  std::uint64_t now_ms;
  const Address& local;  // the name is this account's service id, as certificates spell it
  std::optional<std::string> local_phone_number = std::nullopt;
  relay::GoodSignatures* good_signatures = nullptr;  // of certificates that came before; may be null
};

/// The content of a sealed message whose certificate was found good. Only `verify` makes one, so that a message can't
/// be decrypted in the name of somebody who never certified it.
class VerifiedContent {
 public:
  /// errors  invalid_certificate  not signed under the trust roots, expired, or of a server that nobody knows
  ///         self_send            this very device sent it
  /// source  signal-protocol.md §8.4
  static Result<VerifiedContent> verify(UnidentifiedSenderMessageContent content, const Reception& reception);

  const Address& sender() const { return sender_; }
  const UnidentifiedSenderMessageContent& content() const { return content_; }

 private:
  VerifiedContent(Address sender, UnidentifiedSenderMessageContent content)
      : sender_(std::move(sender)), content_(std::move(content)) {}
  Address sender_;
  UnidentifiedSenderMessageContent content_;
};

/// The last step: decrypts the session or prekey message inside. Sender-key messages and plaintext content are for the
/// application to dispatch, by content().type.
///
/// record   the sender's, by sealed.sender()
/// context  with sealed.sender() as the remote
/// errors   invalid_message  content of another type; and those of decrypt_prekey and decrypt_signal
/// source   signal-protocol.md §8.4
Result<Decrypted> decrypt_sealed(const Record& record, const VerifiedContent& sealed, const PreKeySource& prekeys,
                                 const Context& context);

}  // namespace sotto::protocol
