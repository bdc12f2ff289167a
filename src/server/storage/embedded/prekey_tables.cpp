#include "server/storage/embedded/prekey_tables.hpp"

#include <algorithm>
#include <boost/endian/conversion.hpp>

#include "crypto/hash.hpp"
#include "server/limits.hpp"
#include "server/storage/embedded/device_tables.hpp"

namespace sotto::server::tables {
namespace {

enum class Kind : std::int64_t { ec = 0, kyber = 1 };

KeyHash hash_of(base::View key) {
  return boost::endian::load_big_s64(crypto::sha256({key}).data());  // signed: SQLite's integers are
}

struct Stock {
  std::uint32_t one_time = 0, one_time_kyber = 0;
};

Stock stock_of(Database& database, DeviceRow device) {
  Query query(database, "SELECT one_time, one_time_kyber FROM devices WHERE id = ?", device.value);
  if (!query.next()) return {};
  return {.one_time = static_cast<std::uint32_t>(query.number(0)),
          .one_time_kyber = static_cast<std::uint32_t>(query.number(1))};
}

void add(Database& database, DeviceRow device, Kind kind, base::View prekey) {
  Query(database, "INSERT INTO one_time_prekeys (device, kind, prekey) VALUES (?, ?, ?)", device.value,
        static_cast<std::int64_t>(kind), prekey)
      .run();
}

/// The key stays known for a while: nobody may bring it again.
void note_gone(Database& database, base::View key, base::Day day) {
  Query(database, "UPDATE directory_keys SET gone_day = ? WHERE id = ?", day.value, hash_of(key)).run();
}

template <class T>
T intact_prekey(base::Result<T, wire::ParseError> parsed) {
  if (!parsed) throw SqlError{.code = SQLITE_CORRUPT, .message = "a prekey is not one"};
  return *std::move(parsed);
}

void replace_signed_prekey(Database& database, DeviceRow device, const wire::SignedPrekey& prekey, base::Day day) {
  {
    Query old(database, "SELECT signed_prekey FROM devices WHERE id = ?", device.value);
    if (old.next()) note_gone(database, intact_prekey(wire::parse_signed_prekey(old.bytes(0))).key, day);
  }
  Query(database, "UPDATE devices SET signed_prekey = ? WHERE id = ?", wire::serialize(prekey), device.value).run();
}

void replace_last_resort(Database& database, DeviceRow device, const wire::KyberPrekey& prekey, base::Day day) {
  {
    Query old(database, "SELECT last_resort FROM devices WHERE id = ?", device.value);
    if (old.next()) note_gone(database, intact_prekey(wire::parse_kyber_prekey(old.bytes(0))).key, day);
  }
  Query(database, "UPDATE devices SET last_resort = ? WHERE id = ?", wire::serialize(prekey), device.value).run();
}

/// Removes the oldest one and gives it; nothing if there is none. The commit comes before any answer: at most once
///
std::optional<base::Blob> take_oldest(Database& database, DeviceRow device, Kind kind) {
  Query query(
      database,
      "DELETE FROM one_time_prekeys WHERE id = (SELECT id FROM one_time_prekeys WHERE device = ? AND kind = ? ORDER BY "
      "id LIMIT 1) RETURNING prekey",
      device.value, static_cast<std::int64_t>(kind));
  if (!query.next()) return std::nullopt;
  base::Blob prekey = base::blob(query.bytes(0));
  query.run();
  return prekey;
}

struct ListedDevice {
  DeviceRow row;
  wire::DeviceNumber number;
  wire::RegistrationId registration_id;
  crypto::PublicKey identity_key;
  wire::SignedPrekey signed_prekey;
  wire::KyberPrekey last_resort;
  Stock stock;
  std::uint32_t taken = 0;  // one-time prekeys of today, by the class that asks
};

// By class; each a literal, as prepared statements are kept by it.
#define DEVICES_OF(taken)                                                                                              \
  "SELECT id, number, registration_id, identity_key, signed_prekey, last_resort, one_time, one_time_kyber, CASE WHEN " \
  "taken_day = ?2 THEN " taken " ELSE 0 END FROM devices WHERE account = ?1 AND signed_prekey <> x'' ORDER BY number"

std::string_view devices_sql(PermitClass permit_class) {
  switch (permit_class) {
    case PermitClass::contact:
      return DEVICES_OF("taken_contact");
    case PermitClass::link:
      return DEVICES_OF("taken_link");
    case PermitClass::group:
      return DEVICES_OF("taken_group");
    case PermitClass::knock:
      return DEVICES_OF("taken_knock");
    case PermitClass::own:
      return DEVICES_OF("taken_own");
  }
  return {};
}
#undef DEVICES_OF

std::vector<ListedDevice> devices_of(Database& database, AccountRow account, PermitClass for_class, base::Day day) {
  Query query(database, devices_sql(for_class), account.value, day.value);
  std::vector<ListedDevice> devices;
  while (query.next()) {
    const auto identity_key = crypto::PublicKey::parse(query.bytes(3));
    if (!identity_key) throw SqlError{.code = SQLITE_CORRUPT, .message = "an identity key is not one"};
    devices.push_back({.row = device_row(query.number(0)),
                       .number = wire::DeviceNumber(static_cast<std::uint8_t>(query.number(1))),
                       .registration_id = wire::RegistrationId(static_cast<std::uint16_t>(query.number(2))),
                       .identity_key = *identity_key,
                       .signed_prekey = intact_prekey(wire::parse_signed_prekey(query.bytes(4))),
                       .last_resort = intact_prekey(wire::parse_kyber_prekey(query.bytes(5))),
                       .stock = {.one_time = static_cast<std::uint32_t>(query.number(6)),
                                 .one_time_kyber = static_cast<std::uint32_t>(query.number(7))},
                       .taken = static_cast<std::uint32_t>(query.number(8))});
  }
  return devices;
}

/// A class has its share of a day and leaves the rest to the others: no flood of one class makes another's first
/// messages weaker.
bool may_take(const ListedDevice& device, std::uint32_t left, PermitClass for_class) {
  const limits::Share share = limits::share(for_class);
  return device.taken < share.one_time_a_day && left > share.one_time_reserve;
}

void count_taken(Database& database, ListedDevice& device, PermitClass for_class, base::Day day) {
  const auto more = [for_class](PermitClass permit_class) { return permit_class == for_class ? 1 : 0; };
  Query(database,
        "UPDATE devices SET one_time = ?2, one_time_kyber = ?3,"
        " taken_contact = CASE WHEN taken_day = ?4 THEN taken_contact ELSE 0 END + ?5,"
        " taken_link = CASE WHEN taken_day = ?4 THEN taken_link ELSE 0 END + ?6,"
        " taken_group = CASE WHEN taken_day = ?4 THEN taken_group ELSE 0 END + ?7,"
        " taken_knock = CASE WHEN taken_day = ?4 THEN taken_knock ELSE 0 END + ?8,"
        " taken_own = CASE WHEN taken_day = ?4 THEN taken_own ELSE 0 END + ?9,"
        " taken_day = ?4 WHERE id = ?1",
        device.row.value, device.stock.one_time, device.stock.one_time_kyber, day.value, more(PermitClass::contact),
        more(PermitClass::link), more(PermitClass::group), more(PermitClass::knock), more(PermitClass::own))
      .run();
}

wire::DeviceBundle take_bundle(Database& database, ListedDevice& device, PermitClass for_class, base::Day day) {
  wire::DeviceBundle bundle{.number = device.number,
                            .registration_id = device.registration_id,
                            .identity_key = device.identity_key,
                            .signed_prekey = device.signed_prekey,
                            .one_time = std::nullopt,
                            .kyber = device.last_resort};
  bool has_taken = false;
  if (may_take(device, device.stock.one_time, for_class)) {
    if (const auto ec = take_oldest(database, device.row, Kind::ec)) {
      bundle.one_time = intact_prekey(wire::parse_one_time_prekey(*ec));
      note_gone(database, bundle.one_time->key, day);
      --device.stock.one_time;
      has_taken = true;
    }
  }
  if (may_take(device, device.stock.one_time_kyber, for_class)) {
    if (const auto kyber = take_oldest(database, device.row, Kind::kyber)) {
      bundle.kyber = intact_prekey(wire::parse_kyber_prekey(*kyber));
      note_gone(database, bundle.kyber.key, day);
      --device.stock.one_time_kyber;
      has_taken = true;
    }
  }
  if (has_taken) count_taken(database, device, for_class, day);
  return bundle;
}

}  // namespace

std::vector<KeyHash> key_hashes(const wire::PrekeyUpload& upload) {
  std::vector<KeyHash> hashes;
  if (upload.signed_prekey) hashes.push_back(hash_of(upload.signed_prekey->key));
  if (upload.last_resort) hashes.push_back(hash_of(upload.last_resort->key));
  for (const auto& prekey : upload.one_time) hashes.push_back(hash_of(prekey.key));
  for (const auto& prekey : upload.one_time_kyber) hashes.push_back(hash_of(prekey.key));
  return hashes;
}

std::vector<KeyHash> key_hashes(const crypto::PublicKey& identity_key, const wire::PrekeyUpload& upload) {
  auto hashes = key_hashes(upload);
  hashes.push_back(hash_of(identity_key.serialize()));
  return hashes;
}

bool has_any_key(Database& database, const std::vector<KeyHash>& hashes) {
  auto sorted = hashes;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) return true;
  return std::ranges::any_of(hashes, [&database](KeyHash hash) {
    return Query(database, "SELECT 1 FROM directory_keys WHERE id = ?", hash).next();
  });
}

void keep_keys(Database& database, DeviceRow device, const std::vector<KeyHash>& hashes) {
  for (const KeyHash hash : hashes)
    Query(database, "INSERT INTO directory_keys (id, device) VALUES (?, ?)", hash, device.value).run();
}

void add_one_time_prekeys(Database& database, DeviceRow device, const wire::PrekeyUpload& upload) {
  for (const auto& prekey : upload.one_time) add(database, device, Kind::ec, wire::serialize(prekey));
  for (const auto& prekey : upload.one_time_kyber) add(database, device, Kind::kyber, wire::serialize(prekey));
  Query(database, "UPDATE devices SET one_time = one_time + ?, one_time_kyber = one_time_kyber + ? WHERE id = ?",
        upload.one_time.size(), upload.one_time_kyber.size(), device.value)
      .run();
}

void drop_one_time_prekeys(Database& database, base::Day day) {
  {
    Query query(database, "SELECT kind, prekey FROM one_time_prekeys");
    while (query.next()) {
      const base::View prekey = query.bytes(1);
      if (static_cast<Kind>(query.number(0)) == Kind::ec) {
        note_gone(database, intact_prekey(wire::parse_one_time_prekey(prekey)).key, day);
      } else {
        note_gone(database, intact_prekey(wire::parse_kyber_prekey(prekey)).key, day);
      }
    }
  }
  Query(database, "DELETE FROM one_time_prekeys").run();
  Query(database, "UPDATE devices SET one_time = 0, one_time_kyber = 0, upload_hash = NULL").run();
}

PrekeysPut put_prekeys(Database& database, DeviceRow device, const wire::PrekeyUpload& upload,
                       const base::Bytes<32>& upload_hash, base::Day day) {
  if (Query(database, "SELECT 1 FROM devices WHERE id = ? AND upload_hash = ?", device.value, upload_hash).next())
    return PrekeysPut::repeated;
  const auto hashes = key_hashes(upload);
  if (has_any_key(database, hashes)) return PrekeysPut::key_known;
  const Stock stock = stock_of(database, device);
  if (stock.one_time + upload.one_time.size() > limits::one_time_prekeys ||
      stock.one_time_kyber + upload.one_time_kyber.size() > limits::one_time_prekeys)
    return PrekeysPut::too_many;

  if (upload.signed_prekey) replace_signed_prekey(database, device, *upload.signed_prekey, day);
  if (upload.last_resort) replace_last_resort(database, device, *upload.last_resort, day);
  add_one_time_prekeys(database, device, upload);
  keep_keys(database, device, hashes);
  Query(database, "UPDATE devices SET upload_hash = ? WHERE id = ?", upload_hash, device.value).run();
  return PrekeysPut::done;
}

TakenBundles take_bundles(Database& database, AccountRow account, PermitClass for_class, base::Day day) {
  TakenBundles taken;
  for (ListedDevice& device : devices_of(database, account, for_class, day)) {
    taken.bundles.push_back(take_bundle(database, device, for_class, day));
    taken.left.push_back(
        {.device = device.row, .one_time = device.stock.one_time, .one_time_kyber = device.stock.one_time_kyber});
  }
  return taken;
}

bool expire_keys(Database& database, base::Day today) {
  Query(database, "DELETE FROM directory_keys WHERE id IN (SELECT id FROM directory_keys WHERE gone_day < ? LIMIT ?)",
        static_cast<std::int64_t>(today.value) - limits::spent_key_days, limits::expired_at_once)
      .run();
  return database.changed() == static_cast<std::int64_t>(limits::expired_at_once);
}

}  // namespace sotto::server::tables
