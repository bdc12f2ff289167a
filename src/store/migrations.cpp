#include "store/migrations.hpp"

#include <array>

namespace sotto::store {
namespace {

constexpr std::int64_t application_id = 0x534F5454;  // "SOTT"

/// Each step's statements; a database says in user_version how many it has taken. Steps that were published never
/// change.
constexpr std::array steps{R"sql(
-- The one account of this folder. `state` is 0 while the registration is under way (its request is kept and sent again as
-- the same bytes), 1 when the server has it.
CREATE TABLE own_account (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  state INTEGER NOT NULL,
  server TEXT NOT NULL, server_ca TEXT NOT NULL,
  account_id BLOB NOT NULL, user_name TEXT NOT NULL,
  root_key BLOB NOT NULL, account_private BLOB NOT NULL,
  device_number INTEGER NOT NULL, identity_private BLOB NOT NULL, identity_key BLOB NOT NULL,
  registration_id INTEGER NOT NULL, mailbox_id BLOB NOT NULL, token BLOB NOT NULL,
  introduction BLOB NOT NULL, backup_statement BLOB NOT NULL, account_secret BLOB NOT NULL,
  link_token BLOB NOT NULL,
  registration BLOB,
  last_sent_at INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE prekey_ids (kind INTEGER PRIMARY KEY, next INTEGER NOT NULL) STRICT;
CREATE TABLE signed_prekeys (id INTEGER PRIMARY KEY, record BLOB NOT NULL, created_at INTEGER NOT NULL) STRICT;
CREATE TABLE kyber_prekeys (
  id INTEGER PRIMARY KEY, record BLOB NOT NULL, created_at INTEGER NOT NULL, is_last_resort INTEGER NOT NULL
) STRICT;
CREATE TABLE one_time_prekeys (id INTEGER PRIMARY KEY, record BLOB NOT NULL) STRICT;
-- signal-protocol.md 3.8: a last-resort key answers each (signed prekey, base key) once.
CREATE TABLE last_resort_uses (
  kyber_id INTEGER NOT NULL, signed_id INTEGER NOT NULL, base_key BLOB NOT NULL,
  PRIMARY KEY (kyber_id, signed_id, base_key)
) STRICT, WITHOUT ROWID;

-- Every account whose statements we hold, contact or not: the highest introduction that was proven.
CREATE TABLE peers (
  account_id BLOB PRIMARY KEY, introduction BLOB NOT NULL,
  links INTEGER NOT NULL, epoch INTEGER NOT NULL, version INTEGER NOT NULL,
  first_root BLOB NOT NULL, home_server TEXT NOT NULL
) STRICT;
CREATE TABLE peer_devices (
  account_id BLOB NOT NULL REFERENCES peers ON DELETE CASCADE, number INTEGER NOT NULL,
  identity_key BLOB NOT NULL UNIQUE, registration_id INTEGER NOT NULL, mailbox_id BLOB NOT NULL,
  PRIMARY KEY (account_id, number)
) STRICT;

-- How we know them. origin: 1 by link, 2 by user name, 3 they wrote first and wait for our answer.
CREATE TABLE contacts (
  account_id BLOB PRIMARY KEY, nickname TEXT UNIQUE, claimed_name TEXT, user_name TEXT, origin INTEGER NOT NULL,
  link_token BLOB, tls_pin BLOB, verified_root BLOB, created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
  account_id BLOB NOT NULL, device INTEGER NOT NULL, record BLOB NOT NULL,
  their_links INTEGER, their_epoch INTEGER, their_version INTEGER,  -- their view of our list
  first_seq INTEGER,  -- of ours in the session that we began last: what that device is to expect first
  PRIMARY KEY (account_id, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE conversations (account_id BLOB PRIMARY KEY, next_seq INTEGER NOT NULL) STRICT;

-- The key of a message everywhere is (account, device, message id).
CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation BLOB NOT NULL, sender BLOB NOT NULL, device INTEGER NOT NULL, message_id BLOB NOT NULL,
  is_outgoing INTEGER NOT NULL, body TEXT NOT NULL, body_kind INTEGER NOT NULL,
  seq INTEGER NOT NULL, sent_at INTEGER NOT NULL, received_at INTEGER NOT NULL,
  state INTEGER NOT NULL, reason TEXT, is_shown INTEGER NOT NULL DEFAULT 0, is_verified INTEGER NOT NULL DEFAULT 0,
  UNIQUE (sender, device, message_id)
) STRICT;
CREATE UNIQUE INDEX messages_by_seq ON messages (conversation, sender, device, seq) WHERE seq > 0;
CREATE INDEX messages_by_state ON messages (state) WHERE is_outgoing = 1 AND state < 2;
CREATE INDEX messages_not_shown ON messages (id) WHERE is_outgoing = 0 AND is_shown = 0;

-- Ciphertexts that may have left: sent again as these very bytes until the server says 200.
CREATE TABLE outbox (
  message INTEGER PRIMARY KEY REFERENCES messages, request BLOB NOT NULL
) STRICT;

-- What was refused, without its text: so that it is not tried again, and can be counted.
CREATE TABLE refusals (
  fingerprint BLOB PRIMARY KEY, reason TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql",
                           R"sql(
-- New prekeys on their way into the directory: the same bytes are sent until the server has answered.
CREATE TABLE prekey_upload (one INTEGER PRIMARY KEY CHECK (one = 1), request BLOB NOT NULL) STRICT;
)sql",
                           R"sql(
-- Sealed sender and permits. `permits_put_at`: when the server last took all of them.
ALTER TABLE own_account ADD COLUMN profile_key BLOB;        -- made when it is first needed
ALTER TABLE own_account ADD COLUMN sender_certificate BLOB;
ALTER TABLE own_account ADD COLUMN permits_put_at INTEGER NOT NULL DEFAULT 0;
-- Link permits that we give: made and registered ahead, so that the server can't tell for whom.
CREATE TABLE own_permits (permit BLOB PRIMARY KEY, is_registered INTEGER NOT NULL DEFAULT 0, given_to BLOB UNIQUE) STRICT;
ALTER TABLE contacts ADD COLUMN permit BLOB;                -- that they gave us, to answer with
-- Ciphertexts of before were not sealed: what waits is encrypted anew, from its text.
DELETE FROM outbox;
UPDATE messages SET state = 0 WHERE is_outgoing = 1 AND state = 1;
)sql"};

std::int64_t pragma(Connection& database, std::string_view name) {
  auto statement = database.prepare("PRAGMA " + std::string(name));
  return statement.step() ? statement.number(0) : 0;
}

}  // namespace

bool is_empty(Connection& database) {
  auto row = database.prepare("SELECT count(*) FROM sqlite_schema");
  return row.step() && row.number(0) == 0;
}

void migrate(Connection& database) {
  const std::int64_t taken = pragma(database, "user_version");
  const auto known = static_cast<std::int64_t>(steps.size());
  if (taken > known) {
    throw SqlError{{Error::newer_version, "this store was written by a newer version of sotto: install that version"}};
  }
  const bool is_ours = taken > 0 && pragma(database, "application_id") == application_id;
  if (!is_ours && !is_empty(database)) {
    throw SqlError{{Error::damaged, "the database in this folder is not one of sotto's"}};
  }
  if (taken == known) return;

  database.run("BEGIN EXCLUSIVE");
  try {
    for (auto step = static_cast<std::size_t>(taken); step < steps.size(); ++step) database.run(steps[step]);
    database.run("PRAGMA application_id = " + std::to_string(application_id));
    database.run("PRAGMA user_version = " + std::to_string(known));
    database.run("COMMIT");
  } catch (...) {
    database.run("ROLLBACK");
    throw;
  }
}

}  // namespace sotto::store
