#include "client/linking/session.hpp"

#include "base/encoding.hpp"
#include "protocol/session/encrypt.hpp"
#include "protocol/session/start.hpp"
#include "wire/padding.hpp"

namespace sotto::client::linking {
namespace {

Problem not_read() { return refused("what the other device said can't be read: nothing was linked, begin anew"); }

protocol::Address address(Side side, const base::Bytes<16>& rendezvous) {
  return {.name = "link:" + base::to_base64url(rendezvous),
          .device = protocol::DeviceId(side == Side::new_device ? std::uint8_t{1} : std::uint8_t{2})};
}

Result<base::Blob> unpadded(const base::Blob& plaintext) {
  const auto words = wire::unpad(plaintext);
  if (!words) return not_read();
  return base::blob(*words);
}

}  // namespace

Session::Session(Side side, const base::Bytes<16>& rendezvous, Local local)
    : own_(std::move(local)),
      local_(address(side, rendezvous)),
      remote_(address(side == Side::admin ? Side::new_device : Side::admin, rendezvous)) {}

template <class Operation>
auto Session::with_context(Operation operation) {
  // Whoever begins the session speaks in it to its end.
  const protocol::Trust trust = [this](const protocol::Address&, const crypto::PublicKey& identity, protocol::Use) {
    return !remote_identity_ || *remote_identity_ == identity;
  };
  const protocol::Context context{.identity = own_.identity,
                                  .registration_id = protocol::RegistrationId(own_.registration_id.value),
                                  .local = local_,
                                  .remote = remote_,
                                  .trust = trust,
                                  .now_ms = static_cast<std::uint64_t>(own_.clock.now().ms),
                                  .random = own_.random};
  return operation(context);
}

Result<void> Session::start(const wire::DeviceBundle& bundle) {
  TRY(const protocol::PreKeyBundle prekeys, bundle_of(bundle));
  remote_identity_ = bundle.identity_key;
  auto started = with_context(
      [&](const protocol::Context& context) { return protocol::start_session(record_, prekeys, context); });
  if (!started) return refused("no session with the new device can be made: " + to_text(started.error()));
  record_ = *std::move(started);
  return {};
}

Result<Session::Accepted> Session::accept(base::View message, const protocol::PreKeySource& prekeys) {
  auto decrypted = with_context(
      [&](const protocol::Context& context) { return protocol::decrypt_prekey(record_, message, prekeys, context); });
  if (!decrypted || !decrypted->used) return not_read();
  TRY(base::Blob words, unpadded(decrypted->plaintext));
  remote_identity_ = decrypted->remote_identity;
  record_ = std::move(decrypted->record);
  return Accepted{.words = std::move(words), .identity = decrypted->remote_identity, .used = *decrypted->used};
}

Result<base::Blob> Session::encrypt(base::View words) {
  const base::Blob plaintext = wire::pad(words);
  auto encrypted =
      with_context([&](const protocol::Context& context) { return protocol::encrypt(record_, plaintext, context); });
  if (!encrypted) return refused("the linking can't go on: " + to_text(encrypted.error()));
  record_ = std::move(encrypted->record);
  return std::move(encrypted->message);
}

Result<base::Blob> Session::decrypt(base::View message) {
  auto decrypted = with_context(
      [&](const protocol::Context& context) { return protocol::decrypt_signal(record_, message, context); });
  if (!decrypted) return not_read();
  record_ = std::move(decrypted->record);
  return unpadded(decrypted->plaintext);
}

Result<FirstMessage> read_first(const base::Blob& message) {
  const auto parsed = protocol::PreKeySignalMessage::parse(message);
  if (!parsed || !parsed->kyber_ciphertext) return not_read();
  return FirstMessage{.identity_key = parsed->identity_key,
                      .base_key = parsed->base_key.serialize(),
                      .kem_ciphertext = *parsed->kyber_ciphertext};
}

}  // namespace sotto::client::linking
