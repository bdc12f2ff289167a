#include "server/storage/prekeys.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "server/limits.hpp"
#include "server/storage/accounts.hpp"

namespace sotto::server::tables {
namespace {

enum class Kind : std::int64_t { ec = 0, kyber = 1 };

std::int64_t count(Database& database, DeviceRow device, Kind kind) {
  Query query(database, "SELECT count(*) FROM one_time_prekeys WHERE device = ? AND kind = ?", device.value,
              static_cast<std::int64_t>(kind));
  return query.next() ? query.number(0) : 0;
}

bool has_room(Database& database, DeviceRow device, Kind kind, std::size_t more) {
  return static_cast<std::size_t>(count(database, device, kind)) + more <= limits::one_time_prekeys;
}

void add(Database& database, DeviceRow device, Kind kind, base::View prekey) {
  Query(database, "INSERT INTO one_time_prekeys (device, kind, prekey) VALUES (?, ?, ?)", device.value,
        static_cast<std::int64_t>(kind), prekey)
      .run();
}

/// The key stays known for a while: nobody may bring it again.
void note_gone(Database& database, base::View key, base::Day day) {
  Query(database, "UPDATE directory_keys SET gone_day = ? WHERE key_hash = ?", day.value, crypto::sha256({key})).run();
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
};

std::vector<ListedDevice> devices_of(Database& database, std::int64_t account) {
  Query query(
      database,
      "SELECT id, number, registration_id, identity_key, signed_prekey, last_resort FROM devices WHERE account = ? "
      "ORDER BY number",
      account);
  std::vector<ListedDevice> devices;
  while (query.next()) {
    const auto identity_key = crypto::PublicKey::parse(query.bytes(3));
    if (!identity_key) throw SqlError{.code = SQLITE_CORRUPT, .message = "an identity key is not one"};
    devices.push_back({.row = device_row(query.number(0)),
                       .number = wire::DeviceNumber(static_cast<std::uint8_t>(query.number(1))),
                       .registration_id = wire::RegistrationId(static_cast<std::uint16_t>(query.number(2))),
                       .identity_key = *identity_key,
                       .signed_prekey = intact_prekey(wire::parse_signed_prekey(query.bytes(4))),
                       .last_resort = intact_prekey(wire::parse_kyber_prekey(query.bytes(5)))});
  }
  return devices;
}

wire::DeviceBundle take_bundle(Database& database, const ListedDevice& device, base::Day day) {
  wire::DeviceBundle bundle{.number = device.number,
                            .registration_id = device.registration_id,
                            .identity_key = device.identity_key,
                            .signed_prekey = device.signed_prekey,
                            .one_time = std::nullopt,
                            .kyber = device.last_resort};
  if (const auto ec = take_oldest(database, device.row, Kind::ec)) {
    bundle.one_time = intact_prekey(wire::parse_one_time_prekey(*ec));
    note_gone(database, bundle.one_time->key, day);
  }
  if (const auto kyber = take_oldest(database, device.row, Kind::kyber)) {
    bundle.kyber = intact_prekey(wire::parse_kyber_prekey(*kyber));
    note_gone(database, bundle.kyber.key, day);
  }
  return bundle;
}

}  // namespace

std::vector<KeyHash> key_hashes(const wire::PrekeyUpload& upload) {
  std::vector<KeyHash> hashes;
  if (upload.signed_prekey) hashes.push_back(crypto::sha256({upload.signed_prekey->key}));
  if (upload.last_resort) hashes.push_back(crypto::sha256({upload.last_resort->key}));
  for (const auto& prekey : upload.one_time) hashes.push_back(crypto::sha256({prekey.key}));
  for (const auto& prekey : upload.one_time_kyber) hashes.push_back(crypto::sha256({prekey.key}));
  return hashes;
}

std::vector<KeyHash> key_hashes(const crypto::PublicKey& identity_key, const wire::PrekeyUpload& upload) {
  auto hashes = key_hashes(upload);
  hashes.push_back(crypto::sha256({identity_key.serialize()}));
  return hashes;
}

bool has_any_key(Database& database, const std::vector<KeyHash>& hashes) {
  auto sorted = hashes;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) return true;
  return std::ranges::any_of(hashes, [&database](const KeyHash& hash) {
    return Query(database, "SELECT 1 FROM directory_keys WHERE key_hash = ?", hash).next();
  });
}

void keep_keys(Database& database, DeviceRow device, const std::vector<KeyHash>& hashes) {
  for (const KeyHash& hash : hashes) {
    Query(database, "INSERT INTO directory_keys (key_hash, device) VALUES (?, ?)", hash, device.value).run();
  }
}

void add_one_time_prekeys(Database& database, DeviceRow device, const wire::PrekeyUpload& upload) {
  for (const auto& prekey : upload.one_time) add(database, device, Kind::ec, wire::serialize(prekey));
  for (const auto& prekey : upload.one_time_kyber) add(database, device, Kind::kyber, wire::serialize(prekey));
}

PrekeysPut put_prekeys(Database& database, DeviceRow device, const wire::PrekeyUpload& upload,
                       const base::Bytes<32>& upload_hash, base::Day day) {
  if (Query(database, "SELECT 1 FROM devices WHERE id = ? AND upload_hash = ?", device.value, upload_hash).next())
    return PrekeysPut::repeated;
  const auto hashes = key_hashes(upload);
  if (has_any_key(database, hashes)) return PrekeysPut::key_known;
  if (!has_room(database, device, Kind::ec, upload.one_time.size()) ||
      !has_room(database, device, Kind::kyber, upload.one_time_kyber.size()))
    return PrekeysPut::too_many;

  if (upload.signed_prekey) replace_signed_prekey(database, device, *upload.signed_prekey, day);
  if (upload.last_resort) replace_last_resort(database, device, *upload.last_resort, day);
  add_one_time_prekeys(database, device, upload);
  keep_keys(database, device, hashes);
  Query(database, "UPDATE devices SET upload_hash = ? WHERE id = ?", upload_hash, device.value).run();
  return PrekeysPut::done;
}

std::optional<std::vector<wire::DeviceBundle>> take_bundles(Database& database, const wire::AccountId& id,
                                                            base::Day day) {
  std::int64_t account = 0;
  {
    Query query(database, "SELECT id FROM accounts WHERE account_id = ?", id.view());
    if (!query.next()) return std::nullopt;
    account = query.number(0);
  }
  std::vector<wire::DeviceBundle> bundles;
  for (const ListedDevice& device : devices_of(database, account))
    bundles.push_back(take_bundle(database, device, day));
  return bundles;
}

}  // namespace sotto::server::tables
