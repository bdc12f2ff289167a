#include "api/arguments.hpp"
#include "api/handles.hpp"
#include "api/outputs.hpp"
#include "relay/sender_certificate.hpp"

using namespace sotto;
using namespace sotto::api;

namespace {

Result<relay::SenderCertificate::Subject> parse_subject(const sotto_certified& subject) {
  if (subject.account == nullptr) return SOTTO_INVALID_ARGUMENT;
  if (!base::parse_uuid(subject.account)) return SOTTO_INVALID_ADDRESS;
  TRY(const protocol::DeviceId device, translated(protocol::parse_device_id(subject.device_id)));
  TRY(const crypto::PublicKey key, parse_public_key(subject.identity_key));
  using Subject = relay::SenderCertificate::Subject;
  if (subject.phone_number == nullptr) return Subject{subject.account, device.value, key};
  return Subject{subject.account, device.value, key, std::string(subject.phone_number)};
}

}  // namespace

sotto_status sotto_server_certificate_issue(uint32_t id, sotto_view server_key, const sotto_key_pair* trust_root,
                                            const sotto_random* random, sotto_buffer* certificate) noexcept {
  if (trust_root == nullptr || !is_usable(random) || !is_sound(certificate)) return SOTTO_INVALID_ARGUMENT;
  TRY(const crypto::PublicKey key, parse_public_key(server_key));
  CallersRandom source(random);
  const auto issued = relay::ServerCertificate::issue(id, key, trust_root->keys.private_key, source);
  return write(issued.serialize(), certificate);
}

sotto_status sotto_sender_certificate_issue(const sotto_certified* subject, uint64_t expires_ms,
                                            sotto_view server_certificate, const sotto_key_pair* server,
                                            const sotto_random* random, sotto_buffer* certificate) noexcept {
  if (subject == nullptr || server == nullptr || !is_usable(random)) return SOTTO_INVALID_ARGUMENT;
  if (!is_sound(certificate)) return SOTTO_INVALID_ARGUMENT;
  TRY(const auto parsed_subject, parse_subject(*subject));
  TRY(const base::View server_bytes, parse(server_certificate));
  const auto server_parsed = relay::ServerCertificate::parse(server_bytes);
  if (!server_parsed) return SOTTO_INVALID_CERTIFICATE;
  if (server_parsed->key != server->keys.public_key) return SOTTO_INVALID_KEY;
  CallersRandom source(random);
  const auto issued =
      relay::SenderCertificate::issue(parsed_subject, expires_ms, *server_parsed, server->keys.private_key, source);
  return write(issued.serialize(), certificate);
}
