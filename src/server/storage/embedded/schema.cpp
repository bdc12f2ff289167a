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

constexpr const char* version_3 = R"(
ALTER TABLE accounts ADD COLUMN is_discoverable INTEGER NOT NULL DEFAULT 1;
ALTER TABLE accounts ADD COLUMN takes_knocks INTEGER NOT NULL DEFAULT 1;
ALTER TABLE accounts ADD COLUMN deletion_day INTEGER;      -- on which it is deleted
ALTER TABLE accounts ADD COLUMN backup_counter INTEGER NOT NULL DEFAULT 0;
CREATE INDEX accounts_by_deletion ON accounts (deletion_day) WHERE deletion_day IS NOT NULL;
ALTER TABLE devices ADD COLUMN next_token_hash BLOB;       -- becomes token_hash when it is first used
ALTER TABLE devices ADD COLUMN receive_token_hash BLOB;
ALTER TABLE devices ADD COLUMN clone_alarm_day INTEGER;
ALTER TABLE devices ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN tick BLOB;
CREATE UNIQUE INDEX devices_by_next_token ON devices (next_token_hash) WHERE next_token_hash IS NOT NULL;
CREATE UNIQUE INDEX devices_by_receive_token ON devices (receive_token_hash) WHERE receive_token_hash IS NOT NULL;
CREATE TABLE old_tokens (                    -- replaced by newer ones: whoever shows one is a copy
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  device INTEGER NOT NULL,
  day INTEGER NOT NULL);
CREATE INDEX old_tokens_of ON old_tokens (device, id);
CREATE TABLE given_numbers (                 -- of the present epoch: whose number it is, also after its device left
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts (id),
  number INTEGER NOT NULL,
  identity_key BLOB NOT NULL,
  UNIQUE (account, number));
INSERT INTO given_numbers (account, number, identity_key) SELECT account, number, identity_key FROM devices;
CREATE TABLE used_challenges (               -- of acts, for longer than they are good
  id INTEGER PRIMARY KEY,
  challenge BLOB NOT NULL UNIQUE,
  day INTEGER NOT NULL);
CREATE INDEX used_challenges_by_day ON used_challenges (day);
CREATE TABLE waiting_devices (               -- for a list that names them
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts (id),
  mailbox_id BLOB NOT NULL UNIQUE,
  identity_key BLOB NOT NULL,
  registration_id INTEGER NOT NULL,
  token_hash BLOB NOT NULL UNIQUE,
  prekeys BLOB NOT NULL,
  request_hash BLOB NOT NULL,
  day INTEGER NOT NULL);
CREATE INDEX waiting_devices_of ON waiting_devices (account);
CREATE INDEX waiting_devices_by_day ON waiting_devices (day);
CREATE TABLE invites (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE,
  uses_left INTEGER NOT NULL,
  last_day INTEGER NOT NULL);
CREATE TABLE blobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  blob_id BLOB NOT NULL UNIQUE,
  kind INTEGER NOT NULL,                     -- of BlobKind
  size INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  last_day INTEGER);                         -- none: as long as a backup is
CREATE INDEX blobs_by_day ON blobs (last_day) WHERE last_day IS NOT NULL;
CREATE TABLE backups (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts (id),
  counter INTEGER NOT NULL,
  day INTEGER NOT NULL,
  manifest BLOB NOT NULL,
  blob INTEGER NOT NULL REFERENCES blobs (id),
  last_day INTEGER);                         -- none: the newest
CREATE INDEX backups_of ON backups (account, counter);
CREATE INDEX backups_by_day ON backups (last_day) WHERE last_day IS NOT NULL;
CREATE INDEX backups_of_blob ON backups (blob);
CREATE TABLE group_logs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  group_id BLOB NOT NULL UNIQUE,
  read_tag_hash BLOB NOT NULL,
  member_tag_hash BLOB NOT NULL,
  admin_keys BLOB NOT NULL,                  -- 33 bytes each
  state_position INTEGER NOT NULL,           -- of the last state entry
  state_hash BLOB NOT NULL,
  last_position INTEGER NOT NULL,
  statements INTEGER NOT NULL,               -- since the last state entry
  bytes INTEGER NOT NULL);
CREATE TABLE group_entries (
  id INTEGER PRIMARY KEY,
  log INTEGER NOT NULL REFERENCES group_logs (id),
  position INTEGER NOT NULL,
  is_state INTEGER NOT NULL,
  hash BLOB NOT NULL,                        -- of a statement: the same one again is a retry
  entry BLOB NOT NULL,
  UNIQUE (log, position));
PRAGMA user_version = 3;
)";

constexpr const char* version_4 = R"(
ALTER TABLE server ADD COLUMN epoch INTEGER NOT NULL DEFAULT 1;   -- rises with every restore
PRAGMA user_version = 4;
)";

constexpr std::array steps{version_2, version_3, version_4};
constexpr std::int64_t first_version = 2;
static_assert(first_version + static_cast<std::int64_t>(steps.size()) - 1 == schema_version);

}  // namespace

std::int64_t migrate(Database& database, std::int64_t up_to) {
  std::int64_t version = 0;
  {
    Query asked(database, "PRAGMA user_version");
    if (asked.next()) version = asked.number(0);
  }
  if (version > 0 && version < first_version) return version;
  const auto begin = version == 0 ? first_version : version + 1;
  for (auto next = begin; next <= up_to; ++next) {
    database.execute("BEGIN IMMEDIATE");
    database.execute(steps[static_cast<std::size_t>(next - first_version)]);
    database.execute("COMMIT");
  }
  return version;
}

}  // namespace sotto::server
