#include "conformance/operations.hpp"

namespace sotto::conformance {

namespace json = boost::json;

namespace {

Answer distribute(World& world, const Members& members) {
  TRY(Party * device, party(world, members));
  TRY(const base::Uuid id, members.uuid("distribution_id"));
  return json::object{{"message", hex(device->distribute({id}).serialize().expose())}};
}

Answer accept(World& world, const Members& members) {
  TRY(Party * device, party(world, members));
  TRY(const protocol::Address sender, members.address("sender"));
  TRY(const base::Blob message, members.bytes("message"));
  const auto outcome = device->accept(sender, message);
  if (!outcome) return failure(outcome.error());
  return json::object{};
}

Answer encrypt(World& world, const Members& members) {
  TRY(Party * device, party(world, members));
  TRY(const base::Uuid id, members.uuid("distribution_id"));
  TRY(const base::Blob plaintext, members.bytes("plaintext"));
  CONFORM(const base::Blob message, device->group_encrypt({id}, plaintext));
  return json::object{{"message", hex(message)}};
}

Answer decrypt(World& world, const Members& members) {
  TRY(Party * device, party(world, members));
  TRY(const protocol::Address sender, members.address("sender"));
  TRY(const base::Blob message, members.bytes("message"));
  CONFORM(const base::Blob plaintext, device->group_decrypt(sender, message));
  return json::object{{"plaintext", hex(plaintext)}};
}

}  // namespace

Operations group_operations() {
  return {{"group.distribute", distribute},
          {"group.accept", accept},
          {"group.encrypt", encrypt},
          {"group.decrypt", decrypt}};
}

}  // namespace sotto::conformance
