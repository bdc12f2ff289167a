#include "protocol/sealed/seal.hpp"

#include <map>

#include "api/arguments.hpp"
#include "api/handles.hpp"
#include "api/outputs.hpp"
#include "protocol/sealed/seal_for_many.hpp"

using namespace sotto;
using namespace sotto::api;

namespace {

Result<protocol::ContentType> parse_type(sotto_message_type type) {
  switch (type) {
    case SOTTO_MESSAGE_SIGNAL:
      return protocol::ContentType::signal;
    case SOTTO_MESSAGE_PREKEY:
      return protocol::ContentType::prekey;
    case SOTTO_MESSAGE_SENDER_KEY:
      return protocol::ContentType::sender_key;
    case SOTTO_MESSAGE_PLAINTEXT:
      return protocol::ContentType::plaintext;
  }
  return SOTTO_INVALID_ARGUMENT;
}

// Agreements that the caller kept, by the remote key.
class Kept {
 public:
  Result<void> add(const crypto::PublicKey& remote, sotto_view agreement) {
    TRY(const base::View bytes, parse(agreement));
    if (bytes.empty()) return {};
    if (bytes.size() != SOTTO_SECRET_SIZE) return SOTTO_INVALID_ARGUMENT;
    by_key_.emplace(remote, crypto::SharedSecret(std::span<const std::uint8_t, SOTTO_SECRET_SIZE>(bytes)));
    return {};
  }
  protocol::KnownAgreements borrow() const {
    return [this](const crypto::PublicKey& remote) {
      const auto found = by_key_.find(remote);
      return found == by_key_.end() ? nullptr : &found->second;
    };
  }

 private:
  std::map<crypto::PublicKey, crypto::SharedSecret> by_key_;
};

Result<protocol::SealedRecipient> parse_recipient(const sotto_sealed_recipient& recipient) {
  const bool has_devices = recipient.device_ids != nullptr && recipient.registration_ids != nullptr;
  if (!has_devices && recipient.device_count > 0) return SOTTO_INVALID_ARGUMENT;
  TRY(const protocol::ServiceId service_id, translated(protocol::ServiceId::parse_fixed(recipient.service_id)));
  TRY(const crypto::PublicKey identity, parse_public_key(recipient.identity_key));
  protocol::SealedRecipient parsed{service_id, {}, identity};
  for (std::size_t i = 0; i < recipient.device_count; ++i) {
    TRY(const protocol::DeviceId device, translated(protocol::parse_device_id(recipient.device_ids[i])));
    parsed.devices.push_back({device, protocol::RegistrationId(recipient.registration_ids[i])});
  }
  return parsed;
}

Result<std::vector<protocol::ServiceId>> parse_excluded(std::span<const std::uint8_t> excluded) {
  std::vector<protocol::ServiceId> parsed;
  for (std::size_t at = 0; at < excluded.size(); at += SOTTO_SERVICE_ID_SIZE) {
    TRY(const auto id, translated(protocol::ServiceId::parse_fixed(excluded.subspan(at, SOTTO_SERVICE_ID_SIZE))));
    parsed.push_back(id);
  }
  return parsed;
}

}  // namespace

sotto_status sotto_sealed_content_serialize(const sotto_sealed_content* content, sotto_buffer* bytes) noexcept {
  if (content == nullptr || !is_sound(bytes)) return SOTTO_INVALID_ARGUMENT;
  TRY(const protocol::ContentType type, parse_type(content->type));
  TRY(const base::View certificate, parse(content->sender_certificate));
  TRY(const base::View message, parse(content->message));
  TRY(const base::View group_id, parse(content->group_id));
  auto sender = relay::SenderCertificate::parse(certificate);
  if (!sender) return SOTTO_INVALID_CERTIFICATE;
  const protocol::UnidentifiedSenderMessageContent whole{.type = type,
                                                         .sender = *std::move(sender),
                                                         .content = base::blob(message),
                                                         .hint = protocol::ContentHint(content->hint),
                                                         .group_id = base::blob(group_id)};
  return write(whole.serialize(), bytes);
}

sotto_status sotto_seal(sotto_view content, const sotto_key_pair* sender, sotto_view recipient_identity,
                        sotto_view agreement, const sotto_random* random, sotto_buffer* message) noexcept {
  if (sender == nullptr || !is_usable(random) || !is_sound(message)) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View inside, parse(content));
  TRY(const crypto::PublicKey recipient, parse_public_key(recipient_identity));
  Kept kept;
  TRY_VOID(kept.add(recipient, agreement));
  CallersRandom source(random);
  TRY(const base::Blob sealed, translated(protocol::seal(inside, sender->keys, recipient, source, kept.borrow())));
  return write(sealed, message);
}

sotto_status sotto_seal_for_many(sotto_view content, const sotto_key_pair* sender,
                                 const sotto_sealed_recipient* recipients, size_t recipient_count,
                                 const uint8_t* excluded, size_t excluded_count, const sotto_random* random,
                                 sotto_buffer* message, uint8_t* left_out) noexcept {
  if (sender == nullptr || !is_usable(random) || !is_sound(message)) return SOTTO_INVALID_ARGUMENT;
  if (recipients == nullptr && recipient_count > 0) return SOTTO_INVALID_ARGUMENT;
  if ((excluded == nullptr && excluded_count > 0) || excluded_count > max_view) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View inside, parse(content));

  std::vector<protocol::SealedRecipient> audience;
  Kept kept;
  for (const sotto_sealed_recipient& one : std::span(recipients, recipient_count)) {
    TRY(protocol::SealedRecipient parsed, parse_recipient(one));
    TRY_VOID(kept.add(parsed.identity, one.agreement));
    audience.push_back(std::move(parsed));
  }
  TRY(const std::vector<protocol::ServiceId> not_to,
      parse_excluded({excluded, excluded_count * SOTTO_SERVICE_ID_SIZE}));

  CallersRandom source(random);
  TRY(const protocol::SealedForMany sealed,
      translated(protocol::seal_for_many(inside, sender->keys, {audience, not_to}, source, kept.borrow())));
  const sotto_status written = write(sealed.message, message);
  if (written != SOTTO_OK || left_out == nullptr) return written;
  std::fill_n(left_out, recipient_count, std::uint8_t{0});
  for (const std::size_t place : sealed.left_out) left_out[place] = 1;
  return written;
}
