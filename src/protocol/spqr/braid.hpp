#pragma once
#include "base/random.hpp"
#include "protocol/spqr/chains.hpp"
#include "protocol/spqr/message.hpp"
#include "protocol/spqr/phases.hpp"

namespace sotto::protocol::spqr {

/// What one message carries, besides epoch and index.
struct Payload {
  Message::Type type;
  std::optional<Chunk> chunk;
};

/// One key agreement after the other, each cut into chunks that travel on ordinary messages (spqr.md §6). The ends
/// swap their parts with each epoch; whoever initiated the session begins with the encapsulation key.
///
/// Its functions change it: they are called on a copy that is thrown away if one refuses.
class Braid {
 public:
  Braid(Direction direction, const AuthKey& auth_key);
  Braid clone() const;

  struct Sent {
    Payload payload;
    std::optional<EpochSecret> secret;  // of this epoch, if this call made it
  };
  /// Draws 64 bytes when a key pair is made (E0), 32 when its header is encapsulated to (C1); else none. §6.2
  Sent send(base::Random& random);

  /// Takes in a message; what does not fit the present state is passed over.
  ///
  /// returns  the secret of this epoch, if this message completed it
  /// errors   epoch_out_of_range  ahead of where the other end can be
  ///          bad_mac, bad_key    the payload that this message completes is not authentic
  /// cost     at worst, when a payload is complete, 0.2 ms
  /// source   §6.3, §6.4
  Outcome<std::optional<EpochSecret>> receive(const Message& message);

  std::uint64_t epoch() const { return epoch_; }
  const Authenticator& authenticator() const { return authenticator_; }
  const Phase& phase() const { return phase_; }

  std::size_t stored_size() const;
  void store(StoredWriter& write) const;
  static std::optional<Braid> restore(StoredReader& read, Direction direction);

 private:
  Braid(std::uint64_t epoch, Authenticator authenticator, Phase phase)
      : epoch_(epoch), authenticator_(std::move(authenticator)), phase_(std::move(phase)) {}

  // Each is one row of §6.2 or §6.3. A row that leaves a phase assigns the next one last.
  Sent send_from(NoKeys& phase, base::Random& random);
  Sent send_from(HeaderComplete& phase, base::Random& random);
  void take(SendingHeader& phase, const Payload& payload);
  void take(SendingEk& phase, const Payload& payload);
  void take(Ct1Complete& phase, const Payload& payload);
  Outcome<std::optional<EpochSecret>> take(ReceivingCt2& phase, const Payload& payload);
  Outcome<void> take(WaitingForHeader& phase, const Payload& payload);
  Outcome<void> take(SendingCt1& phase, const Payload& payload);
  void take(EkComplete& phase, const Payload& payload);
  Outcome<void> take(Ct1Acknowledged& phase, const Payload& payload);
  Phase answered(const mlkem::Header& header, const mlkem::Message& message, const mlkem::FirstPart& ct1,
                 const mlkem::KeyVector& ek) const;

  std::uint64_t epoch_ = 1;
  Authenticator authenticator_;
  Phase phase_;
};

}  // namespace sotto::protocol::spqr
