#pragma once
#include "base/secret.hpp"
#include "crypto/hkdf.hpp"
#include "protocol/spqr/ratchet.hpp"

namespace sotto::test {

/// The first key epoch of the post-quantum ratchet and no more: enough for the recorded conversations, which end before
/// their first epoch does (docs/spec/spqr.md, sections 2.1 and 7.2). Messages are 01, epoch 1, index, type 0; received
/// ones may carry a chunk. Out of order within a chain is allowed; nothing guards against repetition.
class FirstEpochSpqr final : public protocol::spqr::Ratchet {
 public:
  protocol::spqr::State init(const protocol::spqr::Start& start) const override;
  protocol::Result<protocol::spqr::Sent> send(const protocol::spqr::State& state, base::Random& random) const override;
  protocol::Result<protocol::spqr::Received> receive(const protocol::spqr::State& state, base::View message,
                                                     base::Random& random) const override;
};

}  // namespace sotto::test
