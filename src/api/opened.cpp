#include "api/arguments.hpp"
#include "api/handles.hpp"
#include "api/outputs.hpp"
#include "protocol/sealed/decrypt.hpp"
#include "protocol/sealed/open.hpp"

using namespace sotto;
using namespace sotto::api;

namespace {

struct Known {
  crypto::PublicKey remote;
  crypto::SharedSecret agreement;
};

Result<std::vector<Known>> parse_known(std::span<const sotto_known_agreement> known) {
  std::vector<Known> parsed;
  for (const sotto_known_agreement& one : known) {
    TRY(const crypto::PublicKey remote, parse_public_key({one.identity_key, SOTTO_PUBLIC_KEY_SIZE}));
    parsed.push_back({remote, crypto::SharedSecret(std::span(one.secret))});
  }
  return parsed;
}

Result<std::vector<crypto::PublicKey>> parse_roots(std::span<const std::uint8_t> bytes) {
  std::vector<crypto::PublicKey> roots;
  for (std::size_t at = 0; at < bytes.size(); at += SOTTO_PUBLIC_KEY_SIZE) {
    TRY(const crypto::PublicKey root, parse_public_key({bytes.data() + at, SOTTO_PUBLIC_KEY_SIZE}));
    roots.push_back(root);
  }
  return roots;
}

Result<std::vector<relay::ServerCertificate>> parse_servers(std::span<const sotto_view> certificates) {
  std::vector<relay::ServerCertificate> servers;
  for (const sotto_view one : certificates) {
    TRY(const base::View bytes, parse(one));
    auto server = relay::ServerCertificate::parse(bytes);
    if (!server) return SOTTO_INVALID_CERTIFICATE;
    servers.push_back(*std::move(server));
  }
  return servers;
}

bool is_sound(const sotto_reception& reception) {
  const bool has_roots = reception.trust_roots != nullptr || reception.trust_root_count == 0;
  const bool has_servers = reception.known_servers != nullptr || reception.known_server_count == 0;
  return has_roots && has_servers && reception.trust_root_count <= max_view;
}

sotto_message_type type_of(protocol::ContentType type) {
  switch (type) {
    case protocol::ContentType::signal:
      return SOTTO_MESSAGE_SIGNAL;
    case protocol::ContentType::prekey:
      return SOTTO_MESSAGE_PREKEY;
    case protocol::ContentType::sender_key:
      return SOTTO_MESSAGE_SENDER_KEY;
    case protocol::ContentType::plaintext:
      break;
  }
  return SOTTO_MESSAGE_PLAINTEXT;
}

}  // namespace

sotto_status sotto_open_sealed(sotto_view message, const sotto_key_pair* local, const sotto_known_agreement* known,
                               size_t known_count, sotto_opened** opened) noexcept {
  if (local == nullptr || opened == nullptr) return SOTTO_INVALID_ARGUMENT;
  if (known == nullptr && known_count > 0) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View bytes, parse(message));
  TRY(const std::vector<Known> kept, parse_known({known, known_count}));
  const auto agreement_with = [&kept](const crypto::PublicKey& remote) -> const crypto::SharedSecret* {
    const auto found = std::ranges::find(kept, remote, &Known::remote);
    return found == kept.end() ? nullptr : &found->agreement;
  };
  TRY(auto content, translated(protocol::open_sealed(bytes, local->keys, agreement_with)));
  *opened = new sotto_opened{std::move(content)};
  return SOTTO_OK;
}

void sotto_opened_free(sotto_opened* opened) noexcept { delete opened; }

sotto_status sotto_opened_verify(const sotto_opened* opened, const sotto_reception* reception) noexcept {
  if (opened == nullptr || reception == nullptr || !is_sound(*reception)) return SOTTO_INVALID_ARGUMENT;
  TRY(const auto roots, parse_roots({reception->trust_roots, reception->trust_root_count * SOTTO_PUBLIC_KEY_SIZE}));
  TRY(const auto servers, parse_servers({reception->known_servers, reception->known_server_count}));
  TRY(const protocol::Address local, parse(reception->local));
  protocol::Reception by{.trust_roots = roots, .known_servers = servers, .now_ms = reception->now_ms, .local = local};
  if (reception->local_phone_number != nullptr) by.local_phone_number = reception->local_phone_number;
  TRY(const auto verified, translated(protocol::VerifiedContent::verify(opened->content, by)));
  return SOTTO_OK;
}

sotto_address sotto_opened_sender(const sotto_opened* opened) noexcept {
  if (opened == nullptr) return {nullptr, 0};
  return {opened->content.sender.account.c_str(), opened->content.sender.device};
}

const char* sotto_opened_phone_number(const sotto_opened* opened) noexcept {
  const bool has_one = opened != nullptr && opened->content.sender.phone_number.has_value();
  return has_one ? opened->content.sender.phone_number->c_str() : nullptr;
}

uint64_t sotto_opened_expires_ms(const sotto_opened* opened) noexcept {
  return opened == nullptr ? 0 : opened->content.sender.expires_ms;
}

void sotto_opened_identity(const sotto_opened* opened, uint8_t* identity_key) noexcept {
  if (opened == nullptr || identity_key == nullptr) return;
  write(opened->content.sender.identity_key.serialize(), identity_key);
}

sotto_message_type sotto_opened_type(const sotto_opened* opened) noexcept {
  return opened == nullptr ? sotto_message_type{} : type_of(opened->content.type);
}

sotto_view sotto_opened_message(const sotto_opened* opened) noexcept {
  if (opened == nullptr) return {nullptr, 0};
  return {opened->content.content.data(), opened->content.content.size()};
}

uint32_t sotto_opened_hint(const sotto_opened* opened) noexcept {
  return opened == nullptr ? 0 : opened->content.hint.value;
}

sotto_view sotto_opened_group_id(const sotto_opened* opened) noexcept {
  if (opened == nullptr) return {nullptr, 0};
  return {opened->content.group_id.data(), opened->content.group_id.size()};
}
