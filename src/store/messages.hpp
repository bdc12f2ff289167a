#pragma once
#include <optional>
#include <string>
#include <vector>

#include "store/store.hpp"
#include "wire/content.hpp"

namespace sotto::store {

enum class State : std::uint8_t {
  queued = 0,     // kept; not encrypted yet
  encrypted = 1,  // its ciphertexts are in the outbox
  sent = 2,       // the server has it, durably
  failed = 3,     // it can't be sent; the reason says why
  received = 4,
  delivered = 5,  // a device of theirs has it
  read = 6,       // and it was shown there
};

std::string_view to_text(State state);

struct Message {
  std::int64_t id = 0;  // its place in this folder's history
  wire::AccountId conversation;
  wire::AccountId sender;
  wire::DeviceNumber device{1};
  wire::MessageId message_id{};
  bool is_outgoing = false;
  std::string body;              // the text
  std::uint32_t body_kind = 16;  // the field of Content that it was; 16 is a text
  std::uint64_t seq = 0;
  base::Timestamp sent_at;
  base::Timestamp received_at;
  State state = State::queued;
  std::string reason;
  bool is_verified = false;  // the conversation was verified when it came
  std::optional<wire::Quote> quote = {};
  std::uint32_t timer = 0;  // seconds that it stays, from its sending or its reading; 0: for ever
  std::optional<base::Timestamp> expires_at = {};  // once the timer runs
  std::optional<base::Timestamp> edited_at = {};
  bool is_deleted = false;  // by who wrote it: the text is gone, the place stays
  std::optional<base::Timestamp> delivered_at = {};
  std::optional<base::Timestamp> read_at = {};  // by them; of what came, by us

  wire::MessageRef ref() const { return {.account = sender, .device = device, .id = message_id}; }
};

namespace messages {

/// The next number of our durable contents in this conversation, from 1.
std::uint64_t next_seq(Transaction& in, const wire::AccountId& conversation);

/// The last number that this device has used there; 0 if none.
std::uint64_t last_seq(Transaction& in, const wire::AccountId& conversation);

/// Keeps it and gives its id.
std::int64_t keep(Transaction& in, const Message& message);

std::optional<Message> load(Transaction& in, std::int64_t id);
/// By the key that names it everywhere.
std::optional<Message> find(Transaction& in, const wire::MessageRef& ref);

/// What a device of ours wrote there under this number.
std::optional<Message> of_own_seq(Transaction& in, const wire::AccountId& conversation, wire::DeviceNumber device,
                                  std::uint64_t seq);

/// The last number of another device of ours there, of what came here; 0 if none.
std::uint64_t last_seq_of(Transaction& in, const wire::AccountId& conversation, wire::DeviceNumber device);

enum class Seen {
  no,
  same,        // the very message is here
  id_reused,   // its id is here with other content
  seq_reused,  // its place in the sequence is taken by another
};
Seen seen(Transaction& in, const Message& message);

void set_state(Transaction& in, std::int64_t id, State state, std::string_view reason = {});
/// What was encrypted and perhaps sent is to be encrypted anew.
void requeue_encrypted(Transaction& in);
/// Leaves room for numbers that another copy of this folder has used: of copies that were made from one state, too.
///
/// generation  of this device, as the server has it: no other copy leaps under the same
void leap_sequences(Transaction& in, std::uint64_t generation);
/// How many wait to be sent.
std::int64_t count_unsent(Transaction& in);

/// By its id alone, within a conversation; the newest if several devices have drawn the same.
std::optional<Message> find_by_id(Transaction& in, const wire::AccountId& conversation, const wire::MessageId& id);
/// Texts that came, were told and not read, up to the row `last`.
std::vector<Message> unread(Transaction& in, const wire::AccountId& conversation, std::int64_t last);
/// How many there are that were not erased.
std::int64_t count(Transaction& in, const wire::AccountId& conversation);
/// What has not left for this account never will.
void fail_unsent(Transaction& in, const wire::AccountId& conversation, std::string_view reason);

// For another device of ours

/// What is settled and was not erased, from behind the row `after` on, in the order of this folder.
std::vector<Message> settled_after(Transaction& in, std::int64_t after, int limit);
std::int64_t count_settled(Transaction& in, std::int64_t after, std::int64_t up_to);
/// Keeps what another device had before: at this place of the history if it is free, told already.
std::int64_t keep_earlier(Transaction& in, const Message& message, std::int64_t place);
void keep_earlier_text(Transaction& in, std::int64_t id, base::Timestamp at, std::string_view text);
struct Reacted {
  wire::AccountId account;
  std::string emoji;
  base::Timestamp at;
};
std::vector<Reacted> dated_reactions(Transaction& in, std::int64_t id);

// What becomes of a message later

/// Another text; the one before is kept.
void edit(Transaction& in, const Message& message, std::string_view text, base::Timestamp at);
std::vector<std::pair<base::Timestamp, std::string>> earlier_texts(Transaction& in, std::int64_t id);
/// Its text, earlier texts, quote and reactions are gone; the row stays, so that it does not come again.
void erase(Transaction& in, std::int64_t id);
void erase_all(Transaction& in, const wire::AccountId& conversation);
/// Nothing as the emoji takes the account's reaction back.
void react(Transaction& in, std::int64_t id, const wire::AccountId& account, const std::optional<std::string>& emoji,
           base::Timestamp at);
std::vector<std::pair<wire::AccountId, std::string>> reactions(Transaction& in, std::int64_t id);
/// Never goes back from read to delivered.
void set_delivered(Transaction& in, std::int64_t id, base::Timestamp at);
void set_read(Transaction& in, std::int64_t id, base::Timestamp at);
void set_expires_at(Transaction& in, std::int64_t id, base::Timestamp at);
/// Erases what has expired, and says when the next will.
std::optional<base::Timestamp> expire(Transaction& in, base::Timestamp now);
std::optional<base::Timestamp> next_expiry(Transaction& in);

std::uint32_t timer_of(Transaction& in, const wire::AccountId& conversation);  // seconds; 0: off
void set_timer(Transaction& in, const wire::AccountId& conversation, std::uint32_t seconds);

/// What came and was not shown yet, oldest first.
std::vector<Message> not_shown(Transaction& in, int limit);
void set_shown(Transaction& in, std::int64_t id);

/// The last `limit` of a conversation, oldest first; all if nothing is given.
std::vector<Message> history(Transaction& in, const wire::AccountId& conversation, std::optional<std::int64_t> limit);

}  // namespace messages

namespace refusals {

constexpr std::int64_t max_kept = 10'000;  // the oldest go: a server that sends rubbish for ever fills no disk

void keep(Transaction& in, base::View fingerprint, std::string_view reason, base::Timestamp now);
std::optional<std::string> reason(Transaction& in, base::View fingerprint);
/// What was read, by its fingerprint: for as long as a server may honestly keep it, and a little more.
void note_accepted(Transaction& in, base::View fingerprint, base::Timestamp now);
bool was_accepted(Transaction& in, base::View fingerprint);
std::int64_t count(Transaction& in);

}  // namespace refusals
}  // namespace sotto::store
