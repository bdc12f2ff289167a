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
)sql",
                           R"sql(
-- Several devices. What leaves stands in one table, whatever it says and whoever it is for; a body of NULL is the text of
-- its message. `about` is the conversation of what goes to own devices.
CREATE TABLE outgoing (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account BLOB NOT NULL, about BLOB, message INTEGER REFERENCES messages ON DELETE CASCADE,
  message_id BLOB NOT NULL, sent_at INTEGER NOT NULL, seq INTEGER NOT NULL, body_kind INTEGER, body BLOB,
  not_before INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
  request BLOB  -- ciphertexts that may have left: sent again as these very bytes until the server says 200
) STRICT;
INSERT INTO outgoing (account, message, message_id, sent_at, seq, request)
  SELECT conversation, id, message_id, sent_at, seq, (SELECT request FROM outbox WHERE message = id)
  FROM messages WHERE is_outgoing = 1 AND state < 2 ORDER BY id;
DROP TABLE outbox;

ALTER TABLE messages ADD COLUMN quote BLOB;
ALTER TABLE messages ADD COLUMN timer INTEGER NOT NULL DEFAULT 0;         -- seconds, as it was sent
ALTER TABLE messages ADD COLUMN expires_at INTEGER;
ALTER TABLE messages ADD COLUMN edited_at INTEGER;
ALTER TABLE messages ADD COLUMN is_deleted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN delivered_at INTEGER;
ALTER TABLE messages ADD COLUMN read_at INTEGER;                           -- by them, or of what came by us
CREATE INDEX messages_expiring ON messages (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX messages_by_conversation ON messages (conversation, id);
CREATE TABLE earlier_texts (
  message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE, at INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX earlier_texts_by_message ON earlier_texts (message);
CREATE TABLE reactions (
  message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE, account BLOB NOT NULL, emoji TEXT NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY (message, account)
) STRICT, WITHOUT ROWID;
ALTER TABLE conversations ADD COLUMN timer INTEGER NOT NULL DEFAULT 0;

-- The sequence (statements.md): where it begins for a device of theirs, what we expect of one, and what is missing.
-- A column of the sessions knew one conversation only.
CREATE TABLE sequences_out (
  account BLOB NOT NULL, device INTEGER NOT NULL, conversation BLOB NOT NULL, first INTEGER NOT NULL,
  PRIMARY KEY (account, device, conversation)
) STRICT, WITHOUT ROWID;
INSERT INTO sequences_out SELECT account_id, device, account_id, first_seq FROM sessions WHERE first_seq IS NOT NULL;
ALTER TABLE sessions DROP COLUMN first_seq;
CREATE TABLE sequences_in (
  account BLOB NOT NULL, device INTEGER NOT NULL, conversation BLOB NOT NULL, next INTEGER NOT NULL,
  PRIMARY KEY (account, device, conversation)
) STRICT, WITHOUT ROWID;
CREATE TABLE gaps (
  account BLOB NOT NULL, device INTEGER NOT NULL, conversation BLOB NOT NULL, seq INTEGER NOT NULL,
  since INTEGER NOT NULL, asked_at INTEGER, is_gone INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account, device, conversation, seq)
) STRICT, WITHOUT ROWID;

-- Identity over time. Older account keys vouch for certificates for 30 days; forks are kept as proof.
CREATE TABLE earlier_keys (
  account_id BLOB NOT NULL, account_key BLOB NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (account_id, account_key)
) STRICT, WITHOUT ROWID;
CREATE TABLE forks (
  account_id BLOB NOT NULL, held BLOB NOT NULL, other BLOB NOT NULL, at INTEGER NOT NULL,
  epoch INTEGER NOT NULL, other_hash BLOB NOT NULL, PRIMARY KEY (account_id, other_hash)
) STRICT;

-- Lists that a listed device of theirs says it has, and that were not shown to us: sending waits for them.
CREATE TABLE list_claims (
  account_id BLOB PRIMARY KEY, device INTEGER NOT NULL, links INTEGER NOT NULL, epoch INTEGER NOT NULL,
  version INTEGER NOT NULL, is_ignored INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE last_acts (  -- what their devices made us do, so that it can be bounded
  act INTEGER NOT NULL, account BLOB NOT NULL, device INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (act, account, device)
) STRICT, WITHOUT ROWID;
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- What is to be told that is no message: quiet lines and loud ones.
CREATE TABLE notices (
  id INTEGER PRIMARY KEY AUTOINCREMENT, account BLOB, kind INTEGER NOT NULL, words TEXT NOT NULL, at INTEGER NOT NULL,
  is_shown INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX notices_not_shown ON notices (id) WHERE is_shown = 0;

-- 1 accepted, 2 held (a request), 3 blocked, 4 deleted. Who wrote first and got no nickname waits for an answer.
ALTER TABLE contacts ADD COLUMN standing INTEGER NOT NULL DEFAULT 1;
UPDATE contacts SET standing = 2 WHERE origin = 3 AND nickname IS NULL;
ALTER TABLE contacts ADD COLUMN profile_key BLOB;
ALTER TABLE contacts ADD COLUMN has_our_profile_key INTEGER NOT NULL DEFAULT 0;

-- The generation (design, section 5): what the server has confirmed, and what is asked for next.
ALTER TABLE own_account ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE own_account ADD COLUMN tick BLOB;
ALTER TABLE own_account ADD COLUMN next_tick BLOB;
ALTER TABLE own_account ADD COLUMN store_epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE own_account ADD COLUMN is_removed INTEGER NOT NULL DEFAULT 0;  -- another device took this one off the list
-- Numbers that devices of ours have had: none is given to another key within an epoch.
CREATE TABLE given_numbers (epoch INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (epoch, number)) STRICT, WITHOUT ROWID;
-- A change of the own list that has left, or is about to, with what becomes true together with it.
CREATE TABLE pending_change (
  one INTEGER PRIMARY KEY CHECK (one = 1), introduction BLOB NOT NULL, account_private BLOB, account_secret BLOB,
  profile_key BLOB, link_token BLOB
) STRICT;
)sql",
                           R"sql(
-- A device that is being linked, before it has an account. `state` is 0 while it waits for an offer, 1 once both codes
-- were right: then request and application are sent again as the same bytes until a list names it.
CREATE TABLE linking (
  one INTEGER PRIMARY KEY CHECK (one = 1), state INTEGER NOT NULL, at INTEGER NOT NULL,
  server TEXT NOT NULL, server_ca TEXT NOT NULL, identity_private BLOB NOT NULL, registration_id INTEGER NOT NULL,
  rendezvous BLOB NOT NULL, rendezvous_key BLOB NOT NULL, prekeys BLOB NOT NULL,
  offer BLOB, device_number INTEGER, token BLOB, request BLOB, application BLOB
) STRICT;
-- Tries to link that did not succeed, or not yet: three within an hour close linking.
CREATE TABLE linking_tries (at INTEGER NOT NULL) STRICT;
)sql",
                           R"sql(
-- Links that were given out under a name of ours, each with a permit of its own; and what the server is to forget.
ALTER TABLE own_permits ADD COLUMN label TEXT;
ALTER TABLE own_permits ADD COLUMN last_day INTEGER;
CREATE UNIQUE INDEX own_permits_by_label ON own_permits (label) WHERE label IS NOT NULL;
CREATE TABLE permit_revocations (hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
)sql",
                           R"sql(
-- Other servers: the one that was agreed to for a contact, and what its link named as a floor. Who has no row yet lives
-- where the held list says.
CREATE TABLE homes (
  account_id BLOB PRIMARY KEY, server TEXT NOT NULL, links INTEGER NOT NULL DEFAULT 0, epoch INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
)sql",
                           R"sql(
-- New accounts that say to take another's place: questions. answer: 0 open, 1 accepted, 2 refused.
CREATE TABLE resets (
  old_account BLOB NOT NULL, new_account BLOB NOT NULL, at INTEGER NOT NULL, answer INTEGER NOT NULL,
  PRIMARY KEY (old_account, new_account)
) STRICT, WITHOUT ROWID;
)sql",
                           R"sql(
-- When the server forgot it: a restored server has it again.
ALTER TABLE permit_revocations ADD COLUMN put_at INTEGER;
)sql",
                           R"sql(
-- Lost tails: how far a device of theirs has confirmed what we said, and when the last number is said once more.
ALTER TABLE sequences_out ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0;
CREATE TABLE tails (
  account BLOB NOT NULL, conversation BLOB NOT NULL, due INTEGER NOT NULL, PRIMARY KEY (account, conversation)
) STRICT, WITHOUT ROWID;
CREATE INDEX tails_by_due ON tails (due);
-- Of the server's store, when the generation was confirmed last.
ALTER TABLE own_account ADD COLUMN confirmed_epoch INTEGER NOT NULL DEFAULT 0;
)sql",
                           R"sql(
-- Since when the sending chain of a session is in use; the chain is named by its public key.
ALTER TABLE sessions ADD COLUMN chain BLOB;
ALTER TABLE sessions ADD COLUMN chain_since INTEGER;
-- Sending chains that another copy of this folder may have used: their sessions only receive.
CREATE TABLE burnt_chains (
  account_id BLOB NOT NULL, device INTEGER NOT NULL, chain BLOB NOT NULL, PRIMARY KEY (account_id, device, chain)
) STRICT, WITHOUT ROWID;
-- What was read: if a server says it again when it can't be read any more, that is no news.
CREATE TABLE accepted_envelopes (fingerprint BLOB PRIMARY KEY, day INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX accepted_envelopes_by_day ON accepted_envelopes (day);
-- How often the own profile key was replaced: of two, the later counts.
ALTER TABLE own_account ADD COLUMN profile_key_count INTEGER NOT NULL DEFAULT 0;
-- A list that names both sides of a fork has ended it; the proof stays.
ALTER TABLE forks ADD COLUMN held_hash BLOB;
ALTER TABLE forks ADD COLUMN is_healed INTEGER NOT NULL DEFAULT 0;
-- When one-time prekeys were looked after last, and by how much this device's times are shifted.
CREATE TABLE prekey_refill (one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER NOT NULL, phase INTEGER NOT NULL) STRICT;
-- The history that goes to another device of ours: up to which message it has left, and up to which it was taken.
CREATE TABLE history_given (
  device INTEGER PRIMARY KEY, identity_key BLOB NOT NULL, at INTEGER NOT NULL, left_to INTEGER NOT NULL,
  taken_to INTEGER NOT NULL, under_way INTEGER NOT NULL, left_count INTEGER NOT NULL, done INTEGER NOT NULL,
  total INTEGER NOT NULL, repeats INTEGER NOT NULL, is_done INTEGER NOT NULL
) STRICT;
-- The history that comes from one; and what was deleted meanwhile, before it came.
CREATE TABLE history_coming (
  device INTEGER PRIMARY KEY, done INTEGER NOT NULL, total INTEGER NOT NULL, is_done INTEGER NOT NULL
) STRICT;
CREATE TABLE history_deleted (
  id INTEGER PRIMARY KEY, sender BLOB NOT NULL, device INTEGER NOT NULL, message_id BLOB NOT NULL,
  UNIQUE (sender, device, message_id)
) STRICT;
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
