#include "protocol/sealed/decrypt.hpp"

#include "base/check.hpp"

namespace sotto::protocol {
namespace {

// §8.4: by account or, if both have one, by phone number
bool is_own_account(const relay::SenderCertificate& sender, const Reception& reception) {
  if (sender.account == reception.local.name) return true;
  return sender.phone_number && reception.local_phone_number && *sender.phone_number == *reception.local_phone_number;
}

}  // namespace

Result<VerifiedContent> VerifiedContent::verify(UnidentifiedSenderMessageContent content, const Reception& reception) {
  const relay::SenderCertificate& sender = content.sender;
  const bool is_signed =
      sender.is_signed_under(reception.trust_roots, reception.known_servers, reception.good_signatures);
  if (!is_signed || sender.is_expired(reception.now_ms)) return Error::invalid_certificate;
  if (is_own_account(sender, reception) && sender.device == reception.local.device.value) return Error::self_send;
  Address address{sender.account, DeviceId(sender.device)};
  return VerifiedContent(std::move(address), std::move(content));
}

Result<Decrypted> decrypt_sealed(const Record& record, const VerifiedContent& sealed, const PreKeySource& prekeys,
                                 const Context& context) {
  CHECK(context.remote == sealed.sender());
  const UnidentifiedSenderMessageContent& content = sealed.content();
  switch (content.type) {
    case ContentType::signal:
      return decrypt_signal(record, content.content, context);
    case ContentType::prekey:
      return decrypt_prekey(record, content.content, prekeys, context);
    case ContentType::sender_key:
    case ContentType::plaintext:
      return Error::invalid_message;
  }
  return Error::invalid_message;
}

}  // namespace sotto::protocol
