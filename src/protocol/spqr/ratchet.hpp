#pragma once
#include "protocol/spqr/braid.hpp"

namespace sotto::protocol::spqr {

/// The post-quantum ratchet of one session: a value, inside the session's own.
struct State {
  Braid braid;
  Chains chains;

  State clone() const { return {braid.clone(), chains.clone()}; }

  std::size_t stored_size() const {
    return 1 + braid.stored_size() + chains.stored_size();
  }  // at least what store writes
  void store(StoredWriter& write) const;
  /// Nothing if this is not what store writes of a state that send and receive can lead to.
  static std::optional<State> restore(StoredReader& read);
};

/// How a session begins. Both ends require version 1 (spqr.md §1.4); empty messages are refused.
///
/// max_jump  messages that may be passed over within a key epoch
/// source    signal-protocol.md §3.5; spqr.md §8
State init(Direction direction, const AuthKey& auth_key, std::uint32_t max_jump);

/// One message's part: what it carries in its pq_ratchet field, and its key.
struct Part {
  Message::Bytes message;
  MessageKey key;
};

struct Sent {
  State state;
  Part part;
};

/// The next message's part and key.
///
/// errors  used_up  2^32 − 1 messages in one key epoch
/// cost    three HMACs; 12 µs more for the message that brings a new key, 10 µs more for the one that answers it
/// source  spqr.md §8
Outcome<Sent> send(const State& state, base::Random& random);

struct Received {
  State state;
  MessageKey key;
};

/// The key of a received message, and what its part moved on. Nothing about it is authentic yet: the new state is kept
/// only if the whole message's MAC, made with this key, is right.
///
/// errors  every Refusal but used_up
/// cost    as Chains::to_receive and Braid::receive say
/// source  spqr.md §8. A message of epoch 1 and index 0, which only a party without keys sends, is refused.
Outcome<Received> receive(const State& state, base::View message);

/// The same two on a copy that the caller has made already, with the rest of its session: to be thrown away if they
/// refuse, for it is moved on by then.
Outcome<Part> send_on(State& copy, base::Random& random);
Outcome<MessageKey> receive_on(State& copy, base::View message);

}  // namespace sotto::protocol::spqr
