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
};

namespace messages {

/// The next number of our durable contents in this conversation, from 1.
std::uint64_t next_seq(Transaction& in, const wire::AccountId& conversation);

/// Keeps it and gives its id.
std::int64_t keep(Transaction& in, const Message& message);

std::optional<Message> load(Transaction& in, std::int64_t id);

enum class Seen {
  no,
  same,        // the very message is here
  id_reused,   // its id is here with other content
  seq_reused,  // its place in the sequence is taken by another
};
Seen seen(Transaction& in, const Message& message);

/// What was queued or encrypted and waits to be sent, oldest first.
std::vector<Message> unsent(Transaction& in);
void set_state(Transaction& in, std::int64_t id, State state, std::string_view reason = {});

/// What came and was not shown yet, oldest first.
std::vector<Message> not_shown(Transaction& in, int limit);
void set_shown(Transaction& in, std::int64_t id);

/// The last `limit` of a conversation, oldest first; all if nothing is given.
std::vector<Message> history(Transaction& in, const wire::AccountId& conversation, std::optional<std::int64_t> limit);

}  // namespace messages

/// Ciphertexts that may have left, and what was refused.
namespace outbox {

void keep(Transaction& in, std::int64_t message, base::View request);
std::optional<base::Blob> load(Transaction& in, std::int64_t message);
void remove(Transaction& in, std::int64_t message);
std::int64_t count_unsent(Transaction& in);

}  // namespace outbox

namespace refusals {

constexpr std::int64_t max_kept = 10'000;  // the oldest go: a server that sends rubbish for ever fills no disk

void keep(Transaction& in, base::View fingerprint, std::string_view reason, base::Timestamp now);
std::optional<std::string> reason(Transaction& in, base::View fingerprint);
std::int64_t count(Transaction& in);

}  // namespace refusals
}  // namespace sotto::store
