#pragma once
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "store/store.hpp"
#include "wire/content.hpp"

/// What is to leave: contents with all that names them, until a server has each.
namespace sotto::store {

struct Outgoing {
  std::int64_t id = 0;
  wire::AccountId account;                    // whose devices it is for; our own: what is synced
  std::optional<wire::AccountId> about = {};  // of what is synced: the conversation
  std::optional<std::int64_t> message = {};   // whose text it is, or whose state follows
  wire::MessageId message_id{};
  base::Timestamp sent_at;
  std::uint64_t seq = 0;                // 0: not durable
  std::optional<wire::Body> body = {};  // nothing: the message's text
  base::Timestamp not_before = {0};
  int attempts = 0;
  std::optional<base::Blob> request = {};  // its ciphertexts, once they are made

  /// The conversation whose sequence it is in.
  const wire::AccountId& conversation() const { return about ? *about : account; }
};

namespace outgoing {

std::int64_t keep(Transaction& in, const Outgoing& made);
std::optional<Outgoing> load(Transaction& in, std::int64_t id);
/// The ids of all that waits, oldest first.
std::vector<std::int64_t> waiting(Transaction& in);
void remove(Transaction& in, std::int64_t id);
/// All that waits for this account's devices.
void remove_for(Transaction& in, const wire::AccountId& account);
/// A text of which no ciphertext was made becomes another body, under the same number.
///
/// returns  whether ciphertexts of it may have left
bool replace_text(Transaction& in, std::int64_t message, const wire::Body& body);

/// Its ciphertexts: kept with the ratchets' new state, before a byte leaves.
void keep_request(Transaction& in, std::int64_t id, base::View request);
/// They are made anew from the content, for other devices or by other sessions.
void forget_request(Transaction& in, std::int64_t id);
void forget_all_requests(Transaction& in);
/// A receipt of this kind that has not been encrypted yet and has room for one more.
std::optional<Outgoing> open_receipt(Transaction& in, const wire::AccountId& account, wire::Receipt::Kind kind);
void set_body(Transaction& in, std::int64_t id, const wire::Body& body);
/// A heartbeat about this very device for the same account and conversation that was not encrypted yet.
std::optional<std::int64_t> waiting_heartbeat(Transaction& in, const Outgoing& like);
/// The lowest number of the same conversation that has not left for this account.
std::optional<std::uint64_t> first_waiting_seq(Transaction& in, const Outgoing& like);
/// When the next thing that is not due yet will be.
std::optional<base::Timestamp> next_due(Transaction& in, base::Timestamp now);
void put_off(Transaction& in, std::int64_t id, base::Timestamp until);

}  // namespace outgoing

/// Where the sequence begins for each device of theirs, and what came of theirs.
namespace sequences {

/// A device, and the conversation that its numbers are in.
struct Line {
  wire::AccountId account;
  wire::DeviceNumber device{1};
  wire::AccountId conversation;
};

/// The first number of ours that this device is to expect; from now on `seq` if nothing was said yet.
std::uint64_t first_for(Transaction& in, const Line& line, std::uint64_t seq);
/// A number of theirs has come.
///
/// start    where their sequence begins for us, if they said so
/// returns  how many are newly missing before it; of a line the last max_gap are kept
std::uint64_t note(Transaction& in, const Line& line, std::uint64_t seq, std::optional<std::uint64_t> start,
                   base::Timestamp now);
constexpr std::uint64_t max_gap = 1'000;
/// The last number that they have used, as they say: what is missing up to it. Nothing if nobody knows where they
/// begin.
std::uint64_t note_last(Transaction& in, const Line& line, std::uint64_t last, std::optional<std::uint64_t> start,
                        base::Timestamp now);

/// What is missing and not known to be gone.
std::vector<std::uint64_t> missing(Transaction& in, const Line& line);
struct Gap {
  Line line;
  std::vector<std::uint64_t> seqs;
};
/// Gaps that stand since before `since`, and that were not asked for after `asked`.
std::vector<Gap> open_gaps(Transaction& in, base::Timestamp since, base::Timestamp asked);
void set_asked(Transaction& in, const Line& line, base::Timestamp now);
void set_gone(Transaction& in, const Line& line, const std::vector<std::uint64_t>& seqs);
/// A device of theirs has what we said under this number.
void confirm(Transaction& in, const Line& line, std::uint64_t seq);
bool is_confirmed(Transaction& in, const Line& line, std::uint64_t seq);
std::int64_t count_missing(Transaction& in, const wire::AccountId& conversation);

}  // namespace sequences

/// Conversations whose last number is to be said once more, in case that nothing follows which would show a loss.
namespace tails {

/// account: whose devices are told; the last word about it counts
void keep(Transaction& in, const wire::AccountId& account, const wire::AccountId& conversation, base::Timestamp due);
struct Tail {
  wire::AccountId account;
  wire::AccountId conversation;
};
/// Those that are due, which are no more then.
std::vector<Tail> take_due(Transaction& in, base::Timestamp now);

}  // namespace tails
}  // namespace sotto::store
