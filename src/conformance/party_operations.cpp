#include "base/encoding.hpp"
#include "conformance/operations.hpp"

namespace sotto::conformance {

namespace json = boost::json;

namespace {

// 1 … 0x3FFF, the ids that sealed sender can reach (signal-protocol.md §2.1).
std::uint32_t draw_registration_id(base::Random& random) {
  const auto bytes = random.bytes<2>();
  const std::uint32_t drawn = (std::uint32_t{bytes[0]} << 8 | bytes[1]) & 0x3fff;
  return drawn == 0 ? 1 : drawn;
}

Answer make(World& world, const Members& members) {
  TRY(const std::string name, members.text("party"));
  TRY(const protocol::Address address, members.address());
  TRY(const std::uint64_t registration,
      members.number_or("registration_id", 0xffff'ffff, draw_registration_id(world.random)));
  std::optional<crypto::PrivateKey> identity;
  if (members.has("identity_private")) {
    TRY(identity, members.private_key("identity_private"));
  } else {
    identity = crypto::PrivateKey::generate(world.random);
  }
  const protocol::RegistrationId registration_id(static_cast<std::uint32_t>(registration));
  Party made({address, registration_id, crypto::KeyPair(*std::move(identity))}, world.random);
  const json::object answer{{"identity_key", hex(made.identity().public_key.serialize())},
                            {"registration_id", registration}};
  world.parties.insert_or_assign(name, std::move(made));
  return answer;
}

json::object written(const protocol::PreKeyBundle& bundle) {
  json::value one_time = nullptr;
  if (bundle.one_time_prekey) {
    one_time = {{"id", bundle.one_time_prekey->id.value}, {"public", hex(bundle.one_time_prekey->key.serialize())}};
  }
  return {{"registration_id", bundle.registration_id.value},
          {"device_id", bundle.device_id.value},
          {"identity_key", hex(bundle.identity_key.serialize())},
          {"signed_prekey",
           {{"id", bundle.signed_prekey.id.value},
            {"public", hex(bundle.signed_prekey.key.serialize())},
            {"signature", hex(bundle.signed_prekey.signature)}}},
          {"one_time_prekey", one_time},
          {"kyber_prekey",
           {{"id", bundle.kyber_prekey.id.value},
            {"public", hex(bundle.kyber_prekey.key.serialize())},
            {"signature", hex(bundle.kyber_prekey.signature)}}}};
}

Answer publish(World& world, const Members& members) {
  TRY(Party * device, party(world, members));
  TRY(const bool has_one_time, members.flag("one_time"));
  return written(device->publish(has_one_time, world.now_ms()));
}

Answer write_state(World& world, const Members& members) {
  TRY(const Party* device, party(world, members));
  const std::string state = device->serialize();
  if (state.size() + state.size() / 8 > max_answer) return invalid_request("the state does not fit into one answer");
  return json::object{{"state", state}};
}

Answer read_state(World& world, const Members& members) {
  TRY(const std::string name, members.text("party"));
  TRY(const std::string state, members.text("state"));
  TRY(Party device, Party::parse(state, world.random));
  world.parties.insert_or_assign(name, std::move(device));
  return json::object{};
}

}  // namespace

Operations party_operations() {
  return {{"party.new", make}, {"party.bundle", publish}, {"party.export", write_state}, {"party.import", read_state}};
}

}  // namespace sotto::conformance
