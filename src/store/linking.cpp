#include "store/linking.hpp"

#include "store/row.hpp"

namespace sotto::store::linking {
namespace {

constexpr const char* row_name = "device that is being linked";

std::optional<Joining> joining_in(const Statement& row) {
  if (row.is_null(8)) return std::nullopt;
  return Joining{.offer = sound(wire::LinkOffer::parse(row.blob(8)), row_name),
                 .number = wire::DeviceNumber(static_cast<std::uint8_t>(row.number(9))),
                 .token = secret<DeviceToken>(row, 10, row_name),
                 .request = row.blob(11),
                 .application = row.blob(12)};
}

}  // namespace

void keep(Transaction& in, const NewDevice& device) {
  in.prepare(
        "INSERT OR REPLACE INTO linking (one, state, at, server, server_ca, identity_private, registration_id, "
        "rendezvous, rendezvous_key, prekeys) VALUES (1, 0, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(device.at.ms)
      .bind(device.server)
      .bind(device.server_ca)
      .bind(device.identity.private_key.expose())
      .bind(device.registration_id.value)
      .bind(base::View(device.rendezvous))
      .bind(base::View(device.rendezvous_key))
      .bind(base::View(device.prekeys.serialize()))
      .run();
}

std::optional<NewDevice> load(Transaction& in) {
  auto row = in.prepare(
      "SELECT at, server, server_ca, identity_private, registration_id, rendezvous, rendezvous_key, prekeys, offer, "
      "device_number, token, request, application FROM linking");
  if (!row.step()) return std::nullopt;
  return NewDevice{.at = {row.number(0)},
                   .server = row.text(1),
                   .server_ca = row.text(2),
                   .identity = crypto::KeyPair(secret<crypto::PrivateKey>(row, 3, row_name)),
                   .registration_id = wire::RegistrationId(static_cast<std::uint16_t>(row.number(4))),
                   .rendezvous = sound(base::fixed<16>(row.blob(5)), row_name),
                   .rendezvous_key = row.blob(6),
                   .prekeys = sound(wire::PrekeyUpload::parse(row.blob(7)), row_name),
                   .joining = joining_in(row)};
}

void keep_joining(Transaction& in, const Joining& joining) {
  in.prepare("UPDATE linking SET state = 1, offer = ?, device_number = ?, token = ?, request = ?, application = ?")
      .bind(base::View(joining.offer.serialize()))
      .bind(joining.number.value)
      .bind(joining.token.expose())
      .bind(base::View(joining.request))
      .bind(base::View(joining.application))
      .run();
}

void forget(Transaction& in) { in.prepare("DELETE FROM linking").run(); }

void forget_with_prekeys(Transaction& in) {
  forget(in);
  for (const char* table : {"signed_prekeys", "kyber_prekeys", "one_time_prekeys", "last_resort_uses", "prekey_refill"})
    in.prepare("DELETE FROM " + std::string(table)).run();
}

void begin_try(Transaction& in, base::Timestamp now) {
  in.prepare("INSERT INTO linking_tries (at) VALUES (?)").bind(now.ms).run();
}

void forget_tries(Transaction& in) { in.prepare("DELETE FROM linking_tries").run(); }

std::optional<base::Timestamp> closed_until(Transaction& in, base::Timestamp now) {
  // A clock that went back makes none of them younger than now.
  in.prepare("UPDATE linking_tries SET at = ? WHERE at > ?").bind(now.ms).bind(now.ms).run();
  auto row = in.prepare("SELECT count(*), max(at) FROM linking_tries");
  if (!row.step() || row.number(0) == 0) return std::nullopt;
  const base::Timestamp until{row.number(1) + tries_count_ms};
  if (until <= now) {
    forget_tries(in);
    return std::nullopt;
  }
  return row.number(0) < max_tries ? std::nullopt : std::optional(until);
}

}  // namespace sotto::store::linking
