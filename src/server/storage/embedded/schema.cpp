#include "server/storage/embedded/schema.hpp"

#include <array>

namespace sotto::server {
namespace {

// Rowid tables with indexes: measured faster than WITHOUT ROWID for envelopes (design, section 14). Version 1 was never
// released: nothing leads from there.
constexpr const char* version_2 = R"(
CREATE TABLE server (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  secret BLOB NOT NULL,
  positions INTEGER NOT NULL DEFAULT 0);     -- all below may have been given
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id BLOB NOT NULL UNIQUE,
  user_name TEXT UNIQUE,
  introduction BLOB NOT NULL,
  backup_statement BLOB NOT NULL,
  request_hash BLOB NOT NULL UNIQUE);
CREATE TABLE devices (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts (id),
  number INTEGER NOT NULL,
  registration_id INTEGER NOT NULL,
  mailbox_id BLOB NOT NULL UNIQUE,
  identity_key BLOB NOT NULL,
  token_hash BLOB NOT NULL UNIQUE,
  signed_prekey BLOB NOT NULL,
  last_resort BLOB NOT NULL,
  upload_hash BLOB,                          -- of the last upload of prekeys: the same again is a retry
  one_time INTEGER NOT NULL DEFAULT 0,       -- one-time prekeys left, EC
  one_time_kyber INTEGER NOT NULL DEFAULT 0,
  taken_day INTEGER NOT NULL DEFAULT 0,      -- of the counts after it: one-time prekeys given, by class of permit
  taken_contact INTEGER NOT NULL DEFAULT 0,
  taken_link INTEGER NOT NULL DEFAULT 0,
  taken_group INTEGER NOT NULL DEFAULT 0,
  taken_knock INTEGER NOT NULL DEFAULT 0,
  taken_own INTEGER NOT NULL DEFAULT 0,
  last_day INTEGER NOT NULL,                 -- of contact
  UNIQUE (account, number));
CREATE TABLE one_time_prekeys (
  id INTEGER PRIMARY KEY,
  device INTEGER NOT NULL REFERENCES devices (id),
  kind INTEGER NOT NULL,                     -- 0 EC, 1 Kyber
  prekey BLOB NOT NULL);
CREATE INDEX one_time_prekeys_of ON one_time_prekeys (device, kind, id);
CREATE TABLE directory_keys (                -- every public key of a device, to refuse it a second time
  id INTEGER PRIMARY KEY,                    -- the first 8 bytes of the key's SHA-256
  device INTEGER NOT NULL,
  gone_day INTEGER);                         -- handed out or replaced on that day
CREATE INDEX directory_keys_gone ON directory_keys (gone_day) WHERE gone_day IS NOT NULL;
CREATE INDEX directory_keys_of ON directory_keys (device);
CREATE TABLE permits (
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  account INTEGER NOT NULL REFERENCES accounts (id),
  class INTEGER NOT NULL,                    -- of PermitClass
  last_day INTEGER NOT NULL);
CREATE INDEX permits_of ON permits (account, class);
CREATE INDEX permits_by_day ON permits (last_day);
CREATE TABLE envelopes (
  id INTEGER PRIMARY KEY,                    -- its position
  device INTEGER NOT NULL,
  class INTEGER NOT NULL,
  day INTEGER NOT NULL,
  upload INTEGER NOT NULL,                   -- names the upload that brought it
  size INTEGER NOT NULL,                     -- of all of it
  payload INTEGER,                           -- what follows the envelope's own bytes
  envelope BLOB NOT NULL);
CREATE INDEX envelopes_of ON envelopes (device);
CREATE TABLE payloads (
  id INTEGER PRIMARY KEY,
  uses INTEGER NOT NULL,
  payload BLOB NOT NULL);
PRAGMA user_version = 2;
)";

constexpr std::array steps{version_2};
constexpr std::int64_t first_version = 2;
static_assert(first_version + static_cast<std::int64_t>(steps.size()) - 1 == schema_version);

}  // namespace

std::int64_t migrate(Database& database) {
  std::int64_t version = 0;
  {
    Query asked(database, "PRAGMA user_version");
    if (asked.next()) version = asked.number(0);
  }
  if (version > 0 && version < first_version) return version;
  const auto begin = version == 0 ? first_version : version + 1;
  for (auto next = begin; next <= schema_version; ++next) {
    database.execute("BEGIN IMMEDIATE");
    database.execute(steps[static_cast<std::size_t>(next - first_version)]);
    database.execute("COMMIT");
  }
  return version;
}

}  // namespace sotto::server
