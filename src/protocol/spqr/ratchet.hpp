#pragma once
#include <optional>

#include "base/random.hpp"
#include "base/secret.hpp"
#include "protocol/error.hpp"

namespace sotto::protocol::spqr {

using AuthKey = base::Secret<struct AuthKeyTag, 32>;        // the third output of PQXDH
using MessageKey = base::Secret<struct MessageKeyTag, 32>;  // the salt of one message's keys
using State = base::SecretBlob;                             // opaque to everybody else, never empty

enum class Direction { initiator_to_recipient, recipient_to_initiator };  // A2B, B2A: which end this is

struct Start {
  Direction direction;
  const AuthKey& auth_key;
  std::uint32_t max_jump;
};

struct Sent {
  State state;
  base::Blob message;             // for the pq_ratchet field; empty leaves it out
  std::optional<MessageKey> key;  // absent: message keys are derived without salt
};

struct Received {
  State state;
  std::optional<MessageKey> key;
};

/// The post-quantum ratchet as the session sees it: three functions over an opaque state (signal-protocol.md §3.5).
class Ratchet {
 public:
  virtual ~Ratchet() = default;
  virtual State init(const Start& start) const = 0;
  /// errors  invalid_session  the state can't be read
  virtual Result<Sent> send(const State& state, base::Random& random) const = 0;
  /// errors  invalid_message  not a message that this state can take; invalid_session as above
  virtual Result<Received> receive(const State& state, base::View message, base::Random& random) const = 0;
};

/// The form without a key that the document describes: no message, no key, and a peer that sends one is refused. It
/// stands here until the real ratchet does; its state is one byte of version 0, which the real one must not read.
const Ratchet& keyless();

}  // namespace sotto::protocol::spqr
