#include "conformance/operations.hpp"

namespace sotto::conformance {

namespace json = boost::json;

namespace {

template <class Id>
Result<Id> id(const Members& members) {
  TRY(const std::uint64_t raw, members.number("id", 0xffff'ffff));
  return Id(static_cast<std::uint32_t>(raw));
}

Result<protocol::PreKeyBundle::Signed> signed_prekey(const Members& members) {
  TRY(const auto number, id<protocol::SignedPreKeyId>(members));
  TRY(const crypto::PublicKey key, members.public_key("public"));
  TRY(base::Blob signature, members.bytes("signature"));
  return protocol::PreKeyBundle::Signed{number, key, std::move(signature)};
}

Result<protocol::PreKeyBundle::Kyber> kyber_prekey(const Members& members) {
  TRY(const auto number, id<protocol::KyberPreKeyId>(members));
  TRY(const base::Blob raw, members.bytes("public"));
  CONFORM(crypto::KyberPublicKey key, crypto::KyberPublicKey::parse(raw));
  TRY(base::Blob signature, members.bytes("signature"));
  return protocol::PreKeyBundle::Kyber{number, std::move(key), std::move(signature)};
}

Result<std::optional<protocol::PreKeyBundle::OneTime>> one_time_prekey(const Members& bundle) {
  if (!bundle.has("one_time_prekey")) return std::optional<protocol::PreKeyBundle::OneTime>();
  TRY(const Members members, bundle.object("one_time_prekey"));
  TRY(const auto number, id<protocol::PreKeyId>(members));
  TRY(const crypto::PublicKey key, members.public_key("public"));
  return std::optional(protocol::PreKeyBundle::OneTime{number, key});
}

Result<protocol::PreKeyBundle> bundle(const Members& members) {
  TRY(const std::uint64_t registration, members.number("registration_id", 0xffff'ffff));
  TRY(const protocol::DeviceId device, members.device("device_id"));
  TRY(const crypto::PublicKey identity, members.public_key("identity_key"));
  TRY(const Members signed_members, members.object("signed_prekey"));
  TRY(protocol::PreKeyBundle::Signed signed_one, signed_prekey(signed_members));
  TRY(const Members kyber_members, members.object("kyber_prekey"));
  TRY(protocol::PreKeyBundle::Kyber kyber, kyber_prekey(kyber_members));
  TRY(auto one_time, one_time_prekey(members));
  return protocol::PreKeyBundle{.registration_id = protocol::RegistrationId(static_cast<std::uint32_t>(registration)),
                                .device_id = device,
                                .identity_key = identity,
                                .signed_prekey = std::move(signed_one),
                                .kyber_prekey = std::move(kyber),
                                .one_time_prekey = std::move(one_time)};
}

Answer start(World& world, const Members& members) {
  TRY(Party * device, party(world, members));
  TRY(const protocol::Address peer, members.address("peer"));
  TRY(const Members bundle_members, members.object("bundle"));
  TRY(const std::uint64_t at, now(world, members));
  TRY(const protocol::PreKeyBundle of_peer, bundle(bundle_members));
  const auto outcome = device->start(peer, of_peer, at);
  if (!outcome) return failure(outcome.error());
  return json::object{};
}

Answer encrypt(World& world, const Members& members) {
  TRY(Party * device, party(world, members));
  TRY(const protocol::Address peer, members.address("peer"));
  TRY(const base::Blob plaintext, members.bytes("plaintext"));
  TRY(const std::uint64_t at, now(world, members));
  CONFORM(const Message message, device->encrypt(peer, plaintext, at));
  const std::string_view type = message.type == protocol::MessageType::prekey ? "prekey" : "signal";
  return json::object{{"type", type}, {"message", hex(message.bytes)}};
}

Answer decrypt(World& world, const Members& members) {
  TRY(Party * device, party(world, members));
  TRY(const protocol::Address peer, members.address("peer"));
  TRY(const std::string type, members.text("type"));
  if (type != "prekey" && type != "signal") return invalid_request("`type` must be prekey or signal");
  TRY(const base::Blob message, members.bytes("message"));
  const auto kind = type == "prekey" ? protocol::MessageType::prekey : protocol::MessageType::signal;
  CONFORM(const base::Blob plaintext, device->decrypt(peer, kind, message));
  return json::object{{"plaintext", hex(plaintext)}};
}

Answer archive(World& world, const Members& members) {
  TRY(Party * device, party(world, members));
  TRY(const protocol::Address peer, members.address("peer"));
  const auto outcome = device->archive(peer);
  if (!outcome) return failure(outcome.error());
  return json::object{};
}

}  // namespace

Operations session_operations() {
  return {{"session.start", start},
          {"session.encrypt", encrypt},
          {"session.decrypt", decrypt},
          {"session.archive", archive}};
}

}  // namespace sotto::conformance
