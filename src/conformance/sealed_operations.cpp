#include "conformance/operations.hpp"
#include "protocol/sealed/open.hpp"
#include "protocol/sealed/seal.hpp"
#include "protocol/sealed/seal_for_many.hpp"
#include "relay/sent_message.hpp"

namespace sotto::conformance {

namespace json = boost::json;

namespace {

constexpr std::uint64_t any_number = std::numeric_limits<std::uint64_t>::max();

Result<relay::SenderCertificate> certificate(const Members& members) {
  TRY(const base::Blob bytes, members.bytes("certificate"));
  auto parsed = relay::SenderCertificate::parse(bytes);
  if (!parsed) return Failure{"invalid_certificate", "the sender certificate can't be read"};
  return *std::move(parsed);
}

Answer certify(World& world, const Members& members) {
  TRY(const crypto::PrivateKey root, members.private_key("trust_root_private"));
  TRY(const crypto::PrivateKey server, members.private_key("server_private"));
  TRY(const std::uint64_t server_id, members.number("server_key_id", 0xffff'ffff));
  TRY(const Members sender, members.object("sender"));
  TRY(const protocol::Address address, sender.address());
  TRY(const crypto::PublicKey identity, sender.public_key("identity_key"));
  TRY(const std::uint64_t expires_ms, members.number("expires_ms", any_number));
  const auto issuer =
      relay::ServerCertificate::issue(static_cast<std::uint32_t>(server_id), server.public_key(), root, world.random);
  const auto issued = relay::SenderCertificate::issue({address.name, address.device.value, identity}, expires_ms,
                                                      issuer, server, world.random);
  return json::object{{"certificate", hex(issued.serialize())}, {"trust_root", hex(root.public_key().serialize())}};
}

// What the members say about a content, apart from what is in it.
Result<protocol::UnidentifiedSenderMessageContent> envelope(const Members& members) {
  TRY(relay::SenderCertificate sender, certificate(members));
  TRY(const std::uint64_t hint, members.number_or("content_hint", 0xffff'ffff, 0));
  base::Blob group;
  if (members.has("group_id")) {
    TRY(group, members.bytes("group_id"));
  }
  return protocol::UnidentifiedSenderMessageContent{.type = protocol::ContentType::signal,
                                                    .sender = std::move(sender),
                                                    .content = {},
                                                    .hint = protocol::ContentHint(static_cast<std::uint32_t>(hint)),
                                                    .group_id = std::move(group)};
}

Answer seal(World& world, const Members& members) {
  TRY(Party * device, party(world, members));
  TRY(const protocol::Address peer, members.address("peer"));
  TRY(auto content, envelope(members));
  TRY(const base::Blob plaintext, members.bytes("plaintext"));
  CONFORM(const base::Blob message, device->seal(peer, std::move(content), plaintext, world.now_ms()));
  return json::object{{"message", hex(message)}};
}

Answer seal_for_group(World& world, const Members& members) {
  TRY(Party * device, party(world, members));
  TRY(const std::vector<Members> listed, members.objects("peers"));
  std::vector<protocol::Address> peers;
  for (const Members& one : listed) {
    TRY(protocol::Address peer, one.address());
    peers.push_back(std::move(peer));
  }
  TRY(const base::Uuid distribution, members.uuid("distribution_id"));
  TRY(auto content, envelope(members));
  TRY(const base::Blob plaintext, members.bytes("plaintext"));
  CONFORM(const base::Blob message, device->seal_for_group(peers, {distribution}, std::move(content), plaintext));
  return json::object{{"message", hex(message)}};
}

Answer open(World& world, const Members& members) {
  TRY(Party * device, party(world, members));
  TRY(const crypto::PublicKey root, members.public_key("trust_root"));
  TRY(const std::uint64_t at, members.number("now_ms", any_number));
  TRY(const base::Blob message, members.bytes("message"));
  CONFORM(const Party::Opened opened, device->open(message, root, at));
  json::value group = nullptr;
  if (!opened.group_id.empty()) group = hex(opened.group_id);
  return json::object{{"sender", {{"service_id", opened.sender.name}, {"device_id", opened.sender.device.value}}},
                      {"plaintext", hex(opened.plaintext)},
                      {"content_hint", opened.hint.value},
                      {"group_id", group}};
}

Answer split(World&, const Members& members) {
  TRY(const base::Blob message, members.bytes("message"));
  const auto sent = relay::SentMessage::parse(message);
  if (!sent) return failure(protocol::Error::invalid_message);
  std::size_t received = 0, count = 0;
  for (const auto& recipient : sent->recipients) {
    if (recipient.is_excluded()) continue;
    ++count;
    received = sent->received_by(recipient).size();
  }
  if (count * received > max_answer / 2) {
    return invalid_request("the messages of " + std::to_string(count) + " recipients do not fit into one answer");
  }
  json::object messages;
  for (const auto& recipient : sent->recipients) {
    if (recipient.is_excluded()) continue;
    CONFORM(const auto service_id, protocol::ServiceId::parse_fixed(recipient.service_id));
    messages[service_id.text()] = hex(sent->received_by(recipient));
  }
  return json::object{{"messages", messages}};
}

}  // namespace

Operations sealed_operations() {
  return {{"sealed.certify", certify},
          {"sealed.encrypt", seal},
          {"sealed.decrypt", open},
          {"sealed.encrypt_group", seal_for_group},
          {"sealed.split", split}};
}

}  // namespace sotto::conformance
